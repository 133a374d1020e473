/** Reads a planned NTFS volume back and holds it against the tree it was made from, and against itself. */
import { layoutSource } from "../../src/extents/layout-source.js";
import { expect } from "vitest";
import type { DiskPlan } from "../../src/volumes/plan.js";
import type { DirectoryNode, FileNode, FileTree, TreeNode } from "../../src/tree/index.js";
import { contentSource } from "../../src/tree/index.js";
import { checkExtents } from "./disk-plans.js";
import type { IndexedName } from "./ntfs-reader.js";
import { NtfsReader } from "./ntfs-reader.js";

const bit = (bitmap: Buffer, index: number): boolean => ((bitmap[index >>> 3]! >>> (index & 7)) & 1) === 1;

/** $Bitmap has exactly the clusters of all runs, which lie apart, and the bits beyond the volume. */
async function checkClusters(volume: NtfsReader): Promise<void> {
  const clusterCount = Math.floor(Number(volume.bootSector.readBigUInt64LE(0x28)) / 8);
  const used = new Set<number>();
  for (let number = 0; number < volume.recordCount; number += 1) {
    for (const { runs } of volume.record(number).attributes) {
      for (const { startCluster, clusterCount: length } of runs) {
        if (startCluster === null) continue;
        for (let index = 0; index < length; index += 1) {
          if (used.has(startCluster + index)) throw new Error(`cluster ${startCluster + index} is used twice`);
          used.add(startCluster + index);
        }
      }
    }
  }
  const bitmap = await volume.data(6);
  expect(bitmap.length).toBe(Math.ceil(clusterCount / 64) * 8);
  for (let cluster = 0; cluster < bitmap.length * 8; cluster += 1) {
    const expected = cluster >= clusterCount || used.has(cluster);
    if (bit(bitmap, cluster) !== expected) throw new Error(`cluster ${cluster} is marked ${!expected}`);
  }
}

/** The bitmap of $MFT has the records in use, and each knows its number of names. */
async function checkRecords(volume: NtfsReader): Promise<void> {
  const attribute = volume.attributes(0).find(({ type }) => type === 0xb0)!;
  const bitmap = await volume.value(attribute);
  for (let number = 0; number < volume.recordCount; number += 1) {
    const record = volume.record(number);
    expect(bit(bitmap, number), `record ${number}`).toBe((record.flags & 1) === 1);
    if ((record.flags & 1) === 0 || record.base !== 0) continue;
    expect(record.links).toBe(volume.attributes(number).filter(({ type }) => type === 0x30).length);
  }
  expect((await volume.data(1)).equals((await volume.data(0)).subarray(0, 4096))).toBe(true);
}

type Found = { readonly name: string; readonly record: number };

/** The long names of a directory, in order; every name is one of its file's, in the order of the upper-case table. */
async function childrenOf(volume: NtfsReader, number: number): Promise<Found[]> {
  const { names } = await volume.index(number);
  let previous = "";
  for (const entry of names) {
    const upper = volume.upCase(entry.name);
    if (upper <= previous) throw new Error(`${entry.name} is behind ${previous}`);
    previous = upper;
    checkKey(volume, number, entry);
  }
  return names.filter(({ nameSpace }) => nameSpace !== 2).map(({ name, record }) => ({ name, record }));
}

function checkKey(volume: NtfsReader, directory: number, { key, record, name, nameSpace }: IndexedName): void {
  const own = volume.attributes(record).filter(({ type }) => type === 0x30);
  if (!own.some(({ value }) => value!.equals(key))) throw new Error(`${name} is no name of record ${record}`);
  expect(volume.resolve(key, 0).number).toBe(directory);
  if (nameSpace !== 1) expect(name).toMatch(/^\.$|^[^ .]{1,8}(\.[^ .]{1,3})?$/);
  expect(own.length).toBe(nameSpace === 3 ? 1 : 2);
}

async function checkFile(volume: NtfsReader, plan: DiskPlan, path: string, node: FileNode, record: number) {
  const expected = Buffer.from(await contentSource(node).read(0, node.size));
  expect((await volume.data(record)).equals(expected), path).toBe(true);
  const planned = plan.files.find((candidate) => candidate.path === path)!;
  const disk = layoutSource(plan.extents, plan.diskSize);
  const parts = await Promise.all(planned.runs.map(({ offset, length }) => disk.read(offset, length)));
  expect(Buffer.concat(parts).equals(expected), `runs of ${path}`).toBe(true);
}

async function checkDirectory(volume: NtfsReader, plan: DiskPlan, node: DirectoryNode, prefix: string, number: number) {
  const found = (await childrenOf(volume, number)).filter(({ record }) => record >= 64);
  // The simple model: children in the order of their names in upper case.
  const model = node.children.map((child): [string, TreeNode] => [volume.upCase(child.name), child]);
  model.sort(([a], [b]) => (a < b ? -1 : 1));
  expect(found.map(({ name }) => name)).toEqual(model.map(([, child]) => child.name));
  for (const [index, [, child]] of model.entries()) {
    const path = prefix + child.name;
    const { record } = found[index]!;
    if (child.kind === "file") await checkFile(volume, plan, path, child, record);
    else await checkDirectory(volume, plan, child, `${path}/`, record);
  }
}

/** Throws unless `plan` holds `tree`, and nothing else, on a volume that agrees with itself. */
export async function checkVolume(tree: FileTree, plan: DiskPlan): Promise<NtfsReader> {
  checkExtents(plan);
  const volume = await NtfsReader.open(layoutSource(plan.extents, plan.diskSize));
  await checkClusters(volume);
  await checkRecords(volume);
  await checkDirectory(volume, plan, tree, "", 5);
  expect((await childrenOf(volume, 11)).map(({ name }) => name)).toEqual(["$ObjId", "$Quota", "$Reparse"]);
  const last = Number(volume.bootSector.readBigUInt64LE(0x28)) * 512 + volume.bootSector.readUInt32LE(0x1c) * 512;
  expect(Buffer.from(await layoutSource(plan.extents, plan.diskSize).read(last, 512)).equals(volume.bootSector)).toBe(
    true,
  );
  return volume;
}
