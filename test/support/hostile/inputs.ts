/** Sound images and WIMs, small ones, of every kind that is read: what the fuzzer changes. Made by other tools where they are. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBridge } from "../../../fixtures/iso/bridge.js";
import { writeExtents } from "../../../fixtures/iso/write-extents.js";
import { directory, file, filler, fixedTime } from "../../../fixtures/windows7/nodes.js";
import { windows7Label, windows7Tree } from "../../../fixtures/windows7/tree.js";
import type { WimImageSource } from "../../../fixtures/wim/writer.js";
import { writeWim } from "../../../fixtures/wim/writer.js";
import { KiB } from "../../../src/bytes/units.js";
import { compressWim } from "../compressed-wim.js";
import { judge } from "../judges.js";
import { composedVolumes } from "./composed-volumes.js";

/** Bytes by file name; the parts of a split WIM are called `name.1`, `name.2`, ... */
export type Inputs = ReadonlyMap<string, Uint8Array>;

function images(): WimImageSource[] {
  return [1, 2, 3].map((index) => ({
    name: `Image ${index}`,
    creationTime: fixedTime,
    lastModificationTime: fixedTime,
    tree: directory("", [
      directory("Windows", [file("shared.txt", "the same words again, ".repeat(90)), file("empty", "")]),
      directory("sources", [file("setup.exe", filler(700, 5)), directory("recovery", [file("recenv.exe", "MZ")])]),
      file("own.txt", `image ${index} `.repeat(30)),
    ]),
  }));
}

/** WIMs of our own encoders, and of wimlib where it is. */
export function wimInputs(): Promise<Inputs> {
  return inFolder(async (folder) => {
    const plain = await writeWim(images(), { bootIndex: 1 });
    const inputs = new Map<string, Uint8Array>([
      ["stored", plain],
      ["table", await writeWim(images(), { bootIndex: 2, integrityTable: true })],
      ["lzx", compressWim(plain, "lzx")],
      ["xpress", compressWim(plain, "xpress", 4 * KiB)],
    ]);
    if (judge("wimlib-imagex")) addWimlib(inputs, folder);
    return inputs;
  });
}

function addWimlib(inputs: Map<string, Uint8Array>, folder: string): void {
  const wimlib = (...args: string[]): unknown => execFileSync("wimlib-imagex", args, { cwd: folder, stdio: "pipe" });
  for (const name of ["first", "second"]) fillFolder(join(folder, name));
  const make = (name: string, ...options: string[]): void => {
    wimlib("capture", "first", `${name}.wim`, "First", "--boot", ...options);
    if (!options.includes("--pipable")) wimlib("append", "second", `${name}.wim`, "Second");
    inputs.set(`wimlib ${name}`, readFileSync(join(folder, `${name}.wim`)));
  };
  make("none", "--compress=none", "--check");
  make("xpress", "--compress=XPRESS", "--chunk-size=4096");
  make("lzx", "--compress=LZX", "--check");
  make("pipable", "--compress=LZX", "--pipable");
  wimlib("split", "lzx.wim", "split.swm", "0.03");
  inputs.set("wimlib split.1", readFileSync(join(folder, "split.swm")));
  inputs.set("wimlib split.2", readFileSync(join(folder, "split2.swm")));
}

/** Text, machine code, noise and zeros, some of them longer than a chunk. */
function fillFolder(folder: string): void {
  mkdirSync(join(folder, "Windows", "System32"), { recursive: true });
  const write = (path: string, content: Uint8Array | string): void => writeFileSync(join(folder, path), content);
  write("Windows/shared.txt", "what both images hold, over and over again\r\n".repeat(1000));
  write("Windows/System32/node.exe", readFileSync(process.execPath).subarray(20_000_000, 20_050_000));
  write("Windows/noise.bin", filler(9000, folder.length));
  write("Windows/zeros.bin", new Uint8Array(70_000));
  write("Windows/empty.txt", "");
  write("größe ☃.txt", folder.slice(-5));
  for (let index = 0; index < 9; index += 1) write(`Windows/System32/${index}.txt`, `${index}`.repeat(index * 20));
}

/** Disc images: the fixtures', composed ones, and other tools' where they are. */
export function isoInputs(): Promise<Inputs> {
  return inFolder(async (folder) => {
    const inputs = new Map<string, Uint8Array>(composedVolumes());
    const bootmgr = new Uint8Array(64 * KiB);
    bootmgr.set([0xe9, 0x0d, 0x01]);
    const tree = await windows7Tree({ editions: ["Ultimate"], payloadSize: 100, bootmgr });
    inputs.set("windows", await bridgeOf(folder, tree, windows7Label));
    const small = directory("", [directory("boot", [file("etfsboot.com", filler(4096, 1))]), file("a.txt", "a")]);
    inputs.set("bridge", await bridgeOf(folder, small, "SMALL"));
    fillFolder(join(folder, "tree"));
    writeFileSync(join(folder, "tree", "boot.bin"), filler(2048, 1));
    const run = (name: string, command: string, ...args: string[]): void => {
      execFileSync(command, args, { cwd: folder, stdio: "pipe" });
      inputs.set(name, readFileSync(join(folder, `${name}.iso`)));
    };
    if (judge("genisoimage")) {
      const boot = ["-b", "boot.bin", "-no-emul-boot"];
      run("joliet", "genisoimage", "-quiet", "-no-pad", "-J", ...boot, "-o", "joliet.iso", "tree");
      run("level4", "genisoimage", "-quiet", "-no-pad", "-iso-level", "4", "-o", "level4.iso", "tree");
      run("udf", "genisoimage", "-quiet", "-no-pad", "-udf", "-o", "udf.iso", "tree");
    }
    if (judge("mkudffs")) {
      const volume = (name: string, media: string, revision: string, blockSize: number, blocks: number): void => {
        const kind = [`--media-type=${media}`, `--udfrev=${revision}`, `--blocksize=${blockSize}`];
        run(name, "mkudffs", "--new-file", ...kind, "--label=x", `${name}.iso`, String(blocks));
      };
      volume("strategy", "hd", "1.50", 512, 2000);
      volume("virtual", "cdr", "1.50", 2048, 600);
      volume("metadata", "bdr", "2.50", 2048, 1000);
    }
    return inputs;
  });
}

async function bridgeOf(folder: string, tree: Awaited<ReturnType<typeof windows7Tree>>, label: string) {
  const { extents, size } = await buildBridge(tree, { label });
  const path = join(folder, "bridge.iso");
  await writeExtents(path, extents, size);
  return new Uint8Array(readFileSync(path));
}

async function inFolder<T>(make: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-hostile-"));
  try {
    return await make(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
