/**
 * Partition maps (ECMA-167 3/10.7): how a block of a partition becomes bytes of the image. Traps: a partition reference
 * number counts maps, not partitions; a virtual or metadata partition lies inside of another map's partition; and that
 * one may be sparable, so maps are built in two passes.
 */
import { aboveLimit, damaged, decodeChecked, unsupported } from "../failures.js";
import { maximumPartitionMaps } from "../limits.js";
import type { Reading } from "../reading.js";
import { metadataPartition } from "./metadata-partition.js";
import { sparablePartition } from "./sparable-partition.js";
import { virtualPartition } from "./virtual-partition.js";
import type { VolumeDescriptors } from "./volume-descriptors.js";
import { type1PartitionMap, type2PartitionMap } from "./volume-records.js";
import type { ByteRun, UdfPartition, PartitionKind, Volume } from "./volume.js";

type PartitionMap = {
  readonly kind: PartitionKind;
  readonly partitionNumber: number;
  readonly bytes: Uint8Array;
};

const kinds: Readonly<Record<string, PartitionKind>> = {
  "*UDF Sparable Partition": "sparable",
  "*UDF Virtual Partition": "virtual",
  "*UDF Metadata Partition": "metadata",
};

/** The volume with all of its partitions; reads sparing tables, virtual tables and metadata files. */
export async function openVolume(reading: Reading, descriptors: VolumeDescriptors): Promise<Volume> {
  const maps = parseMaps(descriptors);
  const partitions: (UdfPartition | undefined)[] = maps.map(() => undefined);
  const volume: Volume = { reading, source: reading.source, blockSize: descriptors.blockSize, partitions };
  for (const [reference, map] of maps.entries()) {
    if (map.kind === "virtual" || map.kind === "metadata") continue;
    const plain = plainPartition(descriptors, map.partitionNumber);
    partitions[reference] = map.kind === "plain" ? plain : await sparablePartition(volume, plain, map.bytes);
  }
  for (const [reference, map] of maps.entries()) {
    if (map.kind === "plain" || map.kind === "sparable") continue;
    const physical = maps.findIndex(
      ({ kind, partitionNumber }) =>
        partitionNumber === map.partitionNumber && (kind === "plain" || kind === "sparable"),
    );
    if (physical < 0)
      throw damaged(`the ${map.kind} partition lies in partition ${map.partitionNumber}, which no map names`);
    partitions[reference] =
      map.kind === "virtual"
        ? await virtualPartition(volume, physical)
        : await metadataPartition(volume, physical, map.bytes);
  }
  return volume;
}

function parseMaps({ logicalVolume, mapTable }: VolumeDescriptors): PartitionMap[] {
  const count = logicalVolume.numberOfPartitionMaps;
  if (count < 1) throw damaged(`the logical volume has ${count} partition maps, expected at least 1`);
  if (count > maximumPartitionMaps) {
    throw aboveLimit(`the logical volume has ${count} partition maps, expected at most ${maximumPartitionMaps}`);
  }
  const maps: PartitionMap[] = [];
  let offset = 0;
  while (maps.length < count) {
    const what = `partition map ${maps.length}`;
    const head = decodeChecked(type1PartitionMap, mapTable, offset, what);
    const bytes = mapTable.subarray(offset, offset + head.length);
    const size = head.type === 1 ? type1PartitionMap.size : type2PartitionMap.size;
    if (head.length !== size || bytes.length !== size) {
      throw damaged(`${what} has type ${head.type} and ${head.length} bytes, expected type 1 and 6, or type 2 and 64`);
    }
    maps.push(head.type === 1 ? { kind: "plain", partitionNumber: head.partitionNumber, bytes } : type2(bytes, what));
    offset += size;
  }
  return maps;
}

function type2(bytes: Uint8Array, what: string): PartitionMap {
  const { partitionType, partitionNumber } = decodeChecked(type2PartitionMap, bytes, 0, what);
  const identifier = partitionType.identifier.replace(/\0+$/, "");
  const kind = kinds[identifier];
  if (kind !== undefined) return { kind, partitionNumber, bytes };
  throw unsupported(
    `${what} is of the type ${JSON.stringify(identifier)}, expected one of ${Object.keys(kinds).join(", ")}`,
  );
}

/** A partition that is one run of the volume. */
function plainPartition({ partitions, blockSize }: VolumeDescriptors, partitionNumber: number): UdfPartition {
  const descriptor = partitions.get(partitionNumber);
  if (descriptor === undefined) throw damaged(`partition ${partitionNumber} has a map, but no partition descriptor`);
  const { startingLocation, length: blockCount } = descriptor;
  const name = `partition ${partitionNumber}`;
  return {
    kind: "plain",
    name,
    locate(block: number, length: number): ByteRun[] {
      if (block + Math.ceil(length / blockSize) > blockCount) {
        throw damaged(`${length} bytes at block ${block} leave ${name}, which has ${blockCount} blocks`);
      }
      return [{ offset: (startingLocation + block) * blockSize, length }];
    },
  };
}
