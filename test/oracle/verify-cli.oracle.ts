/** `win7usb verify` as it is run, over an image that genisoimage and wimlib made; its hashes are held against coreutils'. */
import { imageRuns } from "../support/image-runs.js";
import { execFileSync, spawn } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { contentSource, find, walk } from "../../src/tree/index.js";
import { hostFileSource } from "../support/host-tree.js";
import { judge } from "../support/judges.js";
import { makeFolder, removeFolder, windowsProperties, wimlib, writeTree } from "../support/wimlib-trees.js";
import { programCommand, runProgram } from "../support/program.js";
import { parseOutput } from "../support/json-output.js";

const noiseSize = 24 * 2 ** 20;

type Report = {
  readonly verdict: string;
  readonly checks: readonly { readonly id: string; readonly status: string; readonly message: string }[];
  readonly hashes: Readonly<Record<string, string>>;
  readonly failures: readonly { readonly wim: string }[];
  readonly scope: { readonly unchecked: readonly string[] };
};

function verify(path: string, ...options: string[]): { exitCode: number | null; report: Report } {
  const { exitCode, out } = runProgram(["verify", path, "--json", ...options]);
  return { exitCode, report: parseOutput<Report>("verify", out) };
}

describe.skipIf(!judge("wimlib-imagex") || !judge("genisoimage"))("an image by genisoimage with WIMs by wimlib", () => {
  let folder: string;
  let iso: string;
  const pathOf = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = makeFolder();
    iso = pathOf("win7.iso");
    for (const [index, id] of ["Professional", "Ultimate"].entries()) {
      mkdirSync(pathOf(id));
      writeTree(pathOf(id), index + 1);
      writeFileSync(pathOf(`${id}/noise.bin`), filler(noiseSize, index + 9));
      const verb = index === 0 ? "capture" : "append";
      const compress = index === 0 ? ["--compress=LZX", "--check"] : ["--check", "--rebuild"];
      wimlib(verb, pathOf(id), pathOf("install.wim"), `Windows 7 ${id}`, ...compress, ...windowsProperties(id));
    }
    mkdirSync(pathOf("pe/sources/recovery"), { recursive: true });
    writeFileSync(pathOf("pe/sources/setup.exe"), "setup ".repeat(1000));
    writeFileSync(pathOf("pe/sources/recovery/RecEnv.exe"), "recovery ".repeat(1000));
    writeFileSync(pathOf("pe/noise.bin"), filler(500_000, 5));
    const properties = windowsProperties("WindowsPE");
    wimlib("capture", pathOf("pe"), pathOf("boot.wim"), "Setup", "--compress=LZX", "--boot", ...properties);
    await writeDisc();
    const elTorito = ["-b", "boot/etfsboot.com", "-no-emul-boot", "-boot-load-size", "8", "-c", "boot.cat"];
    const names = ["-input-charset", "utf-8", "-allow-limited-size", "-iso-level", "3", "-V", "GSP1RMCPRFRER_EN_DVD"];
    execFileSync("genisoimage", ["-quiet", "-udf", ...names, ...elTorito, "-o", iso, pathOf("disc")], {
      stdio: "pipe",
    });
  });
  afterAll(() => removeFolder(folder));

  /** The other files of a disc, as the fixture has them. */
  async function writeDisc(): Promise<void> {
    for (const { path, node } of walk(await windows7Tree({ editions: ["Professional", "Ultimate"] }))) {
      const target = pathOf(`disc/${path}`);
      if (node.kind === "directory") mkdirSync(target, { recursive: true });
      else {
        mkdirSync(join(target, ".."), { recursive: true });
        writeFileSync(target, await contentSource(node).read(0, node.size));
      }
    }
    for (const name of ["install.wim", "boot.wim"]) copyFileSync(pathOf(name), pathOf(`disc/sources/${name}`));
  }

  it("verifies in depth, Setup and recovery tools included", () => {
    const { exitCode, report } = verify(iso, "--deep", "--require", "edition=Professional", "arch=x86", "sp=1");
    expect(report.verdict).toBe("intact");
    const open = report.checks.filter(({ status }) => status !== "pass");
    // Of boot.wim no integrity table was asked for; the rest is what makes it another image than Microsoft's.
    expect(open.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "wim-integrity-table skip",
      "agreement warn",
      "known-image warn",
    ]);
    expect(report.scope.unchecked).toHaveLength(1);
    expect(exitCode).toBe(0);
  });

  it.each(["sha1", "sha256", "md5"])("has the %s that coreutils compute", (name) => {
    const sum = execFileSync(`${name}sum`, [iso], { encoding: "utf8" }).split(" ")[0];
    expect(verify(iso, "--md5").report.hashes[name]).toBe(sum);
  });

  it("does not verify with one changed byte, wherever in a WIM it lies", async () => {
    const image = await readImage(hostFileSource(iso));
    const copy = pathOf("changed.iso");
    for (const name of ["sources/install.wim", "sources/boot.wim"]) {
      const node = find(image.tree, name);
      if (node?.kind !== "file") throw new Error(`there is no ${name}`);
      for (const part of [0.1, 0.5, 0.9]) {
        copyFileSync(iso, copy);
        const at = imageRuns(node)[0]!.offset + Math.floor((node.size - 8192) * part) + 208;
        const file = openSync(copy, "r+");
        writeSync(file, Uint8Array.of(readFileSync(iso)[at]! ^ 0x20), 0, 1, at);
        closeSync(file);
        const { exitCode, report } = verify(copy, "--deep");
        expect([name, part, exitCode, report.verdict]).toEqual([name, part, 3, "damaged"]);
        expect(report.failures[0]?.wim).toBe(name);
      }
    }
    rmSync(copy);
  });

  it("is truncated when cut, and says how many bytes are missing", () => {
    const copy = pathOf("cut.iso");
    copyFileSync(iso, copy);
    truncateSync(copy, statSync(iso).size - 6_000_000);
    const { exitCode, report } = verify(copy);
    expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    const whole = report.checks.find(({ id }) => id === "whole");
    expect(whole?.message).toMatch(/\b\d+ bytes\)? of [\d.]+ .iB \(\d+ bytes\) are missing; cut: /);
  });

  it("stops at Ctrl-C with 130", async () => {
    const [node, command] = programCommand;
    const child = spawn(node, [command, "verify", iso, "--deep"], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.once("data", () => child.kill("SIGINT"));
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect([exitCode, out]).toEqual([130, ""]);
  });
});
