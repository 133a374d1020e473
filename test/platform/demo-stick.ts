/** A whole stick on a medium of the test's own, and whether the platform's own file system finds the files on it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { Target } from "../../src/drive/drive.js";
import { planDisk } from "../../src/volumes/index.js";
import { openImage } from "../../src/steps/open-image.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { writePlan } from "../../src/write/write-plan.js";
import { writeDemoImage } from "../support/demo-image.js";
import { openTarget } from "../support/open-target.js";

/** Bytes: room for the smallest FAT32 volume. */
export const demoStickSize = 80 * MiB;

/** Files by path. */
export type StickFiles = ReadonlyMap<string, Uint8Array>;

/** Writes the demo image as FAT32; `target` was unmounted. */
export async function writeDemoStick(folder: string, target: Target): Promise<StickFiles> {
  const opened = await openImage(await writeDemoImage(folder));
  try {
    const plan = planDisk(opened.image.tree, { diskSize: demoStickSize }, { fileSystem: "fat32", label: "W7TEST" });
    const writer = await openTarget(target, { size: demoStickSize, force: false });
    await writePlan({ plan, targets: [writer], verify: true, onEvent: () => undefined, now: () => performance.now() });
    const files = new Map<string, Uint8Array>();
    for (const { path, node } of walk(opened.image.tree)) {
      if (node.kind !== "file") continue;
      files.set(path, await contentSource(node).read(0, node.size));
    }
    return files;
  } finally {
    await opened.close();
  }
}

/** What is mounted at `root` has every file, as it was in the image. */
export function expectFiles(root: string, files: StickFiles): void {
  expect(files.size).toBeGreaterThan(20);
  for (const [path, content] of files) {
    expect(Buffer.compare(readFileSync(join(root, path)), content), path).toBe(0);
  }
}
