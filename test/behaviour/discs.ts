/** Discs of every kind that win7usb tells apart, made by the fixtures, the same bytes each time. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { directory, file, filler } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import { discEditions, writeDisc } from "../support/disc.js";
import { writeDemoImage, writeImageOf } from "../support/demo-image.js";
import { enlargedWim } from "../support/large-wim.js";
import { smallWim } from "../support/wim-fixtures.js";

export type Disc = {
  readonly name: string;
  /** Refusals to lift, for whatever reads it. */
  readonly allow?: readonly string[];
  /** Options that a write needs beside: the disc is damaged. */
  readonly writing?: readonly string[];
  /** Too large to be written twice in a test run: planned, and written once. */
  readonly large?: true;
  readonly make: (folder: string, name: string) => Promise<string>;
};

async function manyNames(): Promise<FileTree> {
  const base = await windows7Tree({ editions: ["Professional"] });
  const names = Array.from({ length: 300 }, (_, index) => file(`A long name with number ${index}.txt`, `${index}`));
  const deep = directory("ünïcode", [directory("日本語", [directory("x".repeat(100), [file("ß.txt", "end")])])]);
  return { ...base, children: [...base.children, directory("many", names), deep, file("empty.bin", "")] };
}

/** A disc whose install.wim is over 4 GiB; the holes take no room in the file. */
async function largeTree(): Promise<FileTree> {
  const small = await windows7Tree();
  const sources = find(small, "sources") as FileTree;
  const node = find(sources, "install.wim");
  if (node?.kind !== "file") throw new Error("the fixture has no install.wim");
  const content = await contentSource(node).read(0, node.size);
  const wim = await enlargedWim("install.wim", content, [2.5 * GiB, GiB, GiB]);
  const rest = sources.children.filter((child) => child !== node);
  const others = small.children.filter((child) => child !== sources);
  return { ...small, children: [...others, { ...sources, children: [...rest, wim] }] };
}

async function changed(path: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  return path;
}

export const discs: readonly Disc[] = [
  { name: "five-editions", make: (folder, name) => writeDemoImage(folder, {}, name) },
  {
    name: "one-edition",
    make: (folder, name) => writeDemoImage(folder, { editions: ["Ultimate"], offered: null }, name),
  },
  {
    name: "german-volume",
    make: (folder, name) =>
      writeDemoImage(
        folder,
        { editions: ["Enterprise"], language: "de-DE", offered: { editionId: "Enterprise", channel: "Volume" } },
        name,
      ),
  },
  { name: "x64", allow: ["x64"], make: (folder, name) => writeDemoImage(folder, { architecture: "x64" }, name) },
  {
    name: "rtm",
    allow: ["rtm"],
    make: (folder, name) => writeDemoImage(folder, { build: 7600, spBuild: 16385, spLevel: 0 }, name),
  },
  {
    name: "probe",
    make: (folder, name) => writeDemoImage(folder, { bootmgr: bootmgrProbe(), payloadSize: 4 * MiB }, name),
  },
  { name: "many-names", make: async (folder, name) => writeImageOf(await manyNames(), join(folder, name)) },
  {
    name: "no-boot-files",
    allow: ["no-boot-files"],
    make: (folder, name) => writeDisc(folder, { "boot.wim": null }, name),
  },
  {
    name: "other-wim",
    make: async (folder, name) =>
      writeDisc(folder, { "install.wim": await smallWim(2, { integrityTable: true }) }, name),
  },
  {
    name: "changed-byte",
    writing: ["--allow", "damaged"],
    make: async (folder, name) =>
      changed(await writeDemoImage(folder, { editions: discEditions, payloadSize: MiB }, name), (bytes) => {
        // Inside a payload: the fixture's fillers are the only place where all values occur.
        const at = bytes.indexOf(Buffer.from(filler(MiB, 60)).subarray(1000, 1064));
        if (at < 0) throw new Error("the fixture's payload is not stored as it is");
        bytes[at] = bytes[at]! ^ 1;
      }),
  },
  {
    name: "cut",
    make: async (folder, name) => {
      const path = await writeDemoImage(folder, { payloadSize: MiB }, name);
      truncateSync(path, readFileSync(path).length - 3 * MiB);
      return path;
    },
  },
  {
    name: "large",
    large: true,
    // Its blobs of zeros have no hash of their own.
    writing: ["--image-check", "none"],
    make: async (folder, name) => writeImageOf(await largeTree(), join(folder, name)),
  },
];
