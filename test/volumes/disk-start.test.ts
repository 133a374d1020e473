/** A disk that asks for a key before it starts differs from one that does not in its boot code alone, and only where it was asked for. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { mbrBootCode, mbrPromptBootCode } from "../../src/volumes/boot/code.js";
import { planDisk } from "../../src/volumes/index.js";
import { diskSignatureOf, masterBootRecord } from "../../src/volumes/mbr.js";
import { sectorSize } from "../../src/volumes/plan.js";
import { directory, file, tree } from "../support/memory-tree.js";

const diskSize = 64 * MiB;
const content = tree(file("bootmgr", 3000), directory("sources", [file("boot.wim", 100_000)]));

const planned = (fileSystem: "fat32" | "ntfs", bootPrompt?: boolean) =>
  planDisk(content, { diskSize }, { fileSystem, label: "WIN7", bootPrompt });
const bytesOf = (plan: ReturnType<typeof planned>) => layoutSource(plan.extents, diskSize).read(0, diskSize);

describe.each(["fat32", "ntfs"] as const)("a disk of %s", (fileSystem) => {
  it("has the boot code that asks where it was asked for, and nothing else is another", async () => {
    const [usual, asks] = [planned(fileSystem), planned(fileSystem, true)];
    const [before, after] = [await bytesOf(usual), await bytesOf(asks)];
    const codeSize = masterBootRecord.fields.bootCode.width;
    expect(before.subarray(0, codeSize)).toEqual(mbrBootCode);
    expect(before.subarray(sectorSize, MiB).every((byte) => byte === 0)).toBe(true);
    before.set(mbrPromptBootCode.sector0);
    before.set(mbrPromptBootCode.second, sectorSize);
    expect(Buffer.compare(before, after)).toBe(0);
    expect(asks.extents[0]).toMatchObject({ offset: 0, length: sectorSize });
    expect(diskSignatureOf(asks)).toBe(diskSignatureOf(usual));
    expect([usual.bootPrompt, asks.bootPrompt]).toEqual([undefined, true]);
  });

  it("does not ask where it is told not to", async () => {
    expect(Buffer.compare(await bytesOf(planned(fileSystem)), await bytesOf(planned(fileSystem, false)))).toBe(0);
  });
});
