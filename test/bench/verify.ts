/**
 * `npm run bench:verify`: checking an image, beside what a person would use instead. A large LZX WIM is captured from a
 * folder of this machine by wimlib and put into a Windows 7 shaped disc. Needs wimlib-imagex, openssl and GNU time.
 *
 *   npm run bench:verify -- [--runs 3] [--from FOLDER, without names that Windows cannot have] [--folder /var/tmp]
 *                           [--wim FILE, captured before with the properties below, in the folder's place]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openFileSource } from "../../src/source/file-source.js";
import { writeImageWithInstallWim } from "./image.js";
import type { Measured } from "./measure.js";
import { compare, measure } from "./measure.js";
import { printTable } from "./table.js";

/** This file runs compiled, from build/test/bench. */
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const verify = [process.execPath, join(root, "bin/win7usb.js"), "verify"];

/** What the WIM's XML data says of its image, so that it is one of Windows 7 SP1. */
const windows7 = [
  "WINDOWS/ARCH=0",
  "WINDOWS/PRODUCTNAME=Microsoft Windows Operating System",
  "WINDOWS/EDITIONID=Professional",
  "WINDOWS/LANGUAGES/LANGUAGE=en-US",
  "WINDOWS/LANGUAGES/DEFAULT=en-US",
  "WINDOWS/VERSION/MAJOR=6",
  "WINDOWS/VERSION/MINOR=1",
  "WINDOWS/VERSION/BUILD=7601",
  "WINDOWS/VERSION/SPBUILD=17514",
  "WINDOWS/VERSION/SPLEVEL=1",
];

/** OpenSSL's own switch, Node's copy of it included: bit 29 of CPUID leaf 7's EBX, SHA, is off (OPENSSL_ia32cap(3)). */
const withoutShaInstructions = { OPENSSL_ia32cap: ":~0x20000000" };

/** Commands by name; the first is what all are compared with. */
function compareInTurn(
  title: string,
  { folder, runs, env = {} }: { folder: string; runs: number; env?: Readonly<Record<string, string>> },
  commands: Record<string, string[]>,
): void {
  const candidates = new Map<string, () => Measured>();
  for (const [name, command] of Object.entries(commands)) candidates.set(name, () => measure(command, folder, { env }));
  console.log(`\n${title}`);
  printTable(compare(candidates, runs), 1);
}

/** Path of a WIM with what is in `from`. A low level is quicker to make; what it takes to decompress is the same. */
function capture(from: string, folder: string): string {
  const wim = join(folder, "install.wim");
  const args = ["capture", from, wim, "Windows 7", "--compress=LZX:20", "--check", "--no-acls"];
  const properties = windows7.map((property) => `--image-property=${property}`);
  execFileSync("wimlib-imagex", [...args, ...properties], { stdio: ["ignore", "ignore", "inherit"] });
  return wim;
}

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "3" },
      from: { type: "string", default: "/usr/lib/x86_64-linux-gnu" },
      wim: { type: "string" },
      folder: { type: "string", default: tmpdir() },
    },
  });
  const runs = Number(values.runs);
  const folder = mkdtempSync(join(values.folder, "win7usb-bench-"));
  try {
    const wim = values.wim ?? capture(values.from, folder);
    const iso = join(folder, "image.iso");
    const source = await openFileSource(wim);
    await writeImageWithInstallWim(iso, source);
    await source.close();
    console.log(`LZX WIM of ${(statSync(wim).size / 1e9).toFixed(2)} GB, medians of ${runs} runs in turn`);
    const ours = [...verify, iso];
    compareInTurn(
      "every stream of the WIM",
      { folder, runs },
      {
        "wimlib-imagex verify": ["wimlib-imagex", "verify", wim],
        "win7usb verify --deep": [...ours, "--deep"],
      },
    );
    const hashing = {
      "openssl dgst -sha256": ["openssl", "dgst", "-sha256", iso],
      "openssl dgst -md5": ["openssl", "dgst", "-md5", iso],
      "win7usb verify": ours,
      "win7usb verify --md5": [...ours, "--md5"],
    };
    compareInTurn("hashes of the whole image", { folder, runs }, hashing);
    if (process.arch !== "x64") return;
    const title = "the same, as on processors without SHA instructions (Intel's before 2019, AMD's before 2017)";
    compareInTurn(title, { folder, runs, env: withoutShaInstructions }, hashing);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await bench();
