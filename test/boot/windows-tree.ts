/** The tree of a Windows 7 disc in small, for sticks that our planners lay out. */
import { concatenate, fromSource } from "../../src/extents/layout.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { DirectoryNode, FileNode, FileTree, TreeNode } from "../../src/tree/index.js";

const base = { times: {}, attributes: {} };

export function file(name: string, bytes: Uint8Array): FileNode {
  return { ...base, kind: "file", name, size: bytes.length, content: concatenate([fromSource(memorySource(bytes))]) };
}

function folder(name: string, children: readonly TreeNode[]): DirectoryNode {
  return { ...base, kind: "directory", name, children };
}

const some = (size: number): Uint8Array => new Uint8Array(size).fill(0x57);

/** The probe as `bootmgr`, or what is given, in a disc's tree. */
export function windowsTree(bootmgr: readonly TreeNode[] = [file("bootmgr", bootmgrProbe())]): FileTree {
  const boot = folder("boot", [file("bcd", some(262_144)), file("boot.sdi", some(100_000))]);
  const sources = folder("sources", [file("boot.wim", some(3 * MiB)), file("ei.cfg", some(25))]);
  return folder("", [file("autorun.inf", some(43)), boot, ...bootmgr, file("setup.exe", some(5000)), sources]);
}

/** The probe with zeros behind it. */
export function paddedProbe(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(bootmgrProbe());
  return bytes;
}
