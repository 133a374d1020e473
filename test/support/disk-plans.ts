/** What the tests of FAT32 and NTFS plans share. */
import { expect } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { Win7UsbError } from "../../src/errors.js";
import type { FileAttributes, FileTree } from "../../src/tree/index.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { directory, file, tree } from "./memory-tree.js";

export function thrownBy(act: () => unknown): Win7UsbError {
  try {
    act();
  } catch (error) {
    if (error instanceof Win7UsbError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Sorted, without overlap, on the disk, and without a gap up to `contentEnd`. */
export function checkExtents(plan: DiskPlan): void {
  let position = 0;
  for (const { offset, length, source } of plan.extents) {
    if (offset < position || length <= 0) throw new Error(`extent at ${offset}, expected ${position} or more`);
    if (offset > position && position < plan.contentEnd) throw new Error(`gap at ${position}`);
    if (source.kind === "bytes" && source.bytes.length !== length) throw new Error(`length at ${offset}`);
    position = offset + length;
  }
  expect(position).toBe(plan.diskSize);
}

/** Folders and files as a Windows disc has them; `autorun` are the attributes of its first file. */
export const treeOfWindows = (autorun: FileAttributes): FileTree =>
  tree(
    { ...file("autorun.inf", 128), attributes: autorun },
    file("setup.exe", 4097, {
      modified: Date.UTC(2010, 10, 20, 22, 25, 1),
      created: Date.UTC(2009, 6, 14, 1, 2, 3, 50),
    }),
    directory("sources", [
      file("install.wim", 3 * MiB + 1),
      file("boot.wim", MiB),
      directory("de-DE", [file("Größe 日本 😀.mui", 512), file("empty.txt")]),
      directory("empty"),
    ]),
    directory("boot", [file("bcd", 1), file("boot.sdi", 32 * KiB), directory("fonts", [file("wgl4_boot.ttf", 47)])]),
    file("bootmgr", 383_786),
  );
