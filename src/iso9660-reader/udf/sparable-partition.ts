/**
 * Sparable partitions (UDF 2.2.9, 2.2.12; CD-RW, DVD-RW): a table moves whole packets elsewhere. Of its copies the
 * sound one with the highest sequence number holds.
 */
import { roundDown } from "../../bytes/units.js";
import { firstIndexWhere } from "../../extents/search.js";
import { aboveLimit, damaged, decodeChecked, isOfImage } from "../failures.js";
import { maximumSparingTableSize } from "../limits.js";
import { warn } from "../reading.js";
import { checkedTag } from "./tag.js";
import { sparablePartitionMap, sparingTable, sparingTableEntry, tagIdentifiers } from "./volume-records.js";
import type { ByteRun, UdfPartition, Volume } from "./volume.js";

/** UDF 2.2.12: from here on an original location marks a spare packet as free or defective. */
const firstReservedLocation = 0xfffffff0;

/** The partition as its sparing table has it. */
export async function sparablePartition(volume: Volume, plain: UdfPartition, map: Uint8Array): Promise<UdfPartition> {
  const fields = decodeChecked(sparablePartitionMap, map, 0, "the sparable partition map");
  const { packetLength, numberOfSparingTables, sizeOfEachSparingTable } = fields;
  if (packetLength === 0) throw damaged("the sparable partition has packets of 0 blocks, expected 16 or 32");
  const locations = fields.locationsOfSparingTables.slice(0, numberOfSparingTables);
  const size = `a sparing table has ${sizeOfEachSparingTable} bytes`;
  if (sizeOfEachSparingTable < sparingTable.size) throw damaged(`${size}, expected at least ${sparingTable.size}`);
  if (sizeOfEachSparingTable > maximumSparingTableSize) {
    throw aboveLimit(`${size}, expected at most ${maximumSparingTableSize}`);
  }
  let best: Table | undefined;
  for (const location of locations) {
    const table = await readTable(volume, location, sizeOfEachSparingTable);
    if (table !== undefined && (best === undefined || table.sequenceNumber > best.sequenceNumber)) best = table;
  }
  if (best === undefined) throw damaged(`none of the ${locations.length} sparing tables of ${plain.name} is sound`);
  const { packets } = best;
  return packets.size === 0 ? plain : withSparedPackets(volume.blockSize, plain, packetLength, packets);
}

type Table = {
  readonly sequenceNumber: number;
  /** Block of the volume by first block of the packet in the partition. */
  readonly packets: ReadonlyMap<number, number>;
};

async function readTable(volume: Volume, location: number, size: number): Promise<Table | undefined> {
  const what = `the sparing table at block ${location}`;
  try {
    const bytes = await volume.reading.metadata.read(location * volume.blockSize, size, what);
    checkedTag(bytes, what, [tagIdentifiers.sparingTable]);
    const { reallocationTableLength, sequenceNumber } = decodeChecked(sparingTable, bytes, 0, what);
    const packets = new Map<number, number>();
    for (let index = 0; index < reallocationTableLength; index += 1) {
      const offset = sparingTable.size + index * sparingTableEntry.size;
      const entry = decodeChecked(sparingTableEntry, bytes, offset, what);
      if (entry.originalLocation < firstReservedLocation) packets.set(entry.originalLocation, entry.mappedLocation);
    }
    return { sequenceNumber, packets };
  } catch (error) {
    if (!isOfImage(error)) throw error;
    warn(volume.reading, "udf-sparing-table", `a copy of the sparing table is not used: ${error.message}`);
    return undefined;
  }
}

function withSparedPackets(
  blockSize: number,
  plain: UdfPartition,
  packetLength: number,
  packets: ReadonlyMap<number, number>,
): UdfPartition {
  const originals = [...packets.keys()].toSorted((a, b) => a - b);
  const packetSize = packetLength * blockSize;
  return {
    kind: "sparable",
    name: plain.name,
    locate(block, length) {
      const [whole] = plain.locate(block, length);
      if (whole === undefined || whole.offset === null) return [];
      const runs: ByteRun[] = [];
      // Bytes from the partition's start; between spared packets the partition is one run.
      const start = block * blockSize;
      const end = start + length;
      let at = start;
      const packet = roundDown(block, packetLength);
      const first = firstIndexWhere(originals.length, (index) => originals[index]! >= packet);
      for (let index = first; at < end; index += 1) {
        const original = originals[index];
        const spareStart = original === undefined ? end : Math.min(original * blockSize, end);
        if (at < spareStart) runs.push({ offset: whole.offset + (at - start), length: spareStart - at });
        at = Math.max(at, spareStart);
        if (original === undefined || at === end) break;
        const spareEnd = Math.min(original * blockSize + packetSize, end);
        const offset = packets.get(original)! * blockSize + (at - original * blockSize);
        if (at < spareEnd) runs.push({ offset, length: spareEnd - at });
        at = Math.max(at, spareEnd);
      }
      return runs;
    },
  };
}
