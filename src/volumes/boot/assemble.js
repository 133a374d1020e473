/**
 * Assembles the 16-bit sources beside this file with GNU as and ld and writes their bytes to assembled.ts
 * (`npm run boot-code`). The bytes are committed, so that win7usb itself needs no binutils. With `--print` it writes to
 * stdout instead, for the test that compares.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const sectorSize = 512;

/**
 * The flat binary of `source`, linked to run at `address`; include files are looked up beside it.
 * @param {string} source @param {number} address @returns {Uint8Array}
 */
export function assemble(source, address) {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-as-"));
  try {
    const object = join(directory, "code.o");
    const binary = join(directory, "code.bin");
    execFileSync("as", ["--32", "--fatal-warnings", "-I", dirname(source), "-o", object, source]);
    execFileSync("ld", ["-m", "elf_i386", `-Ttext=${address.toString(16)}`, "--oformat=binary", "-o", binary, object]);
    return new Uint8Array(readFileSync(binary));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The pieces of assembled.ts by constant name, in the order they are written. @returns {Record<string, Uint8Array>} */
export function bootCode() {
  const bootSector = 0x7c00;
  const fat32 = assemble(join(here, "fat32.s"), bootSector);
  const ntfs = assemble(join(here, "ntfs.s"), bootSector);
  const prompt = assemble(join(here, "mbr-prompt.s"), 0x600);
  return {
    mbr: assemble(join(here, "mbr.s"), 0x600),
    mbrPromptSector0: prompt.subarray(0, 440),
    // Linked for 0000:0A00.
    mbrPromptSecond: prompt.subarray(0xa00 - 0x600),
    // Behind the BPB up to the signature; stage 2 is linked for 0000:8000.
    fat32Sector0: fat32.subarray(0x5a, sectorSize - 2),
    fat32Reserved: fat32.subarray(0x8000 - bootSector),
    ntfsSector0: ntfs.subarray(0x54, sectorSize - 2),
    ntfsRest: ntfs.subarray(sectorSize),
  };
}

/** The text of a module that exports each piece as base64. @param {Record<string, Uint8Array>} pieces */
export function moduleText(pieces) {
  const declarations = Object.entries(pieces).map(([name, bytes]) => {
    const lines = Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,112}/g);
    return `export const ${name} =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`;
  });
  return `/** Generated from the assembly sources by \`npm run boot-code\`; do not edit. */\n${declarations.join("")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = moduleText(bootCode());
  if (process.argv.includes("--print")) process.stdout.write(text);
  else writeFileSync(join(here, "assembled.ts"), text);
}
