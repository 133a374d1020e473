/** What following a FAT32 volume may take at most. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { readFatVolume } from "../../src/volumes/fat32/read/volume.js";
import { VolumeLimit } from "../../src/volumes/volume-fault.js";
import { planDisk } from "../../src/volumes/index.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "../support/memory-drive.js";
import { directory, file, tree } from "../support/memory-tree.js";

const diskSize = 66 * MiB + 512;
const partition = { start: MiB, end: 65 * MiB };

/** A volume with `depth` directories in one another. */
async function nested(depth: number) {
  let node = directory("x", [file("innermost")]);
  for (let level = 1; level < depth; level += 1) node = directory("d".repeat(255), [node]);
  const plan = planDisk(tree(node), { diskSize }, { fileSystem: "fat32", label: "NESTED" });
  const drive = memoryDrive(diskSize);
  await writePlan({ plan, targets: [drive], verify: false, onEvent: () => undefined, now: () => 0 });
  return readFatVolume(async (offset, length) => drive.bytes.subarray(offset, offset + length), partition);
}

describe("a FAT32 volume", () => {
  it("is followed through directories in one another", async () => {
    const { entries } = await nested(100);
    expect(entries).toHaveLength(101);
    expect(entries.at(-1)!.path).toMatch(/^(?:d{255}\/){99}x\/innermost$/);
  });

  it("is not followed where they are so deep that their paths fill the memory", async () => {
    await expect(nested(740)).rejects.toThrow(VolumeLimit);
  });
});
