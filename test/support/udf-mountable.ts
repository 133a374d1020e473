/** What a composed UDF volume lacks for a kernel to mount it: a primary volume descriptor and an integrity descriptor. */
import { joinBytes } from "../../src/bytes/join.js";
import { characterSet, dstring, entity, seal } from "../../fixtures/iso/udf-encoding.js";
import {
  logicalVolumeDescriptor,
  logicalVolumeIntegrityDescriptor,
  primaryVolumeDescriptor,
  tagIdentifiers,
} from "../../src/iso9660-reader/udf/volume-records.js";
import type { Composition } from "../iso9660-reader/udf-composer.js";
import {
  blockSize,
  logicalVolume,
  mainSequence,
  partition,
  partitionStart,
  plainMap,
  reserveSequence,
} from "../iso9660-reader/udf-composer.js";

/** Block of the volume. */
const integrityBlock = 150;

/** The composition with all descriptors that UDF asks for; `revision` as a number such as 0x0250. */
export function mountable(composition: Composition, revision: number, label: string): Composition {
  const { maps = [plainMap], fileSet = { reference: 0, block: 0 }, blockCount = partitionStart + 60 } = composition;
  const blocks = blockCount - partitionStart;
  const over: Record<number, Uint8Array> = { [integrityBlock]: integrity(maps.length, blocks, revision) };
  for (const start of [mainSequence, reserveSequence]) {
    const volume = logicalVolume(start + 1, label, maps, fileSet);
    logicalVolumeDescriptor.patch(volume, 0, {
      domainIdentifier: entity("*OSTA UDF Compliant", revision),
      integritySequence: { length: blockSize, location: integrityBlock },
    });
    over[start] = partition(start, blocks);
    over[start + 1] = seal(volume, tagIdentifiers.logicalVolumeDescriptor, start + 1);
    over[start + 2] = primary(start + 2, label);
    over[start + 3] = seal(new Uint8Array(blockSize), tagIdentifiers.terminatingDescriptor, start + 3);
  }
  return { ...composition, blockCount, over: { ...over, ...composition.over } };
}

function primary(location: number, label: string): Uint8Array {
  const bytes = primaryVolumeDescriptor.encode({
    sequenceNumber: 0,
    volumeIdentifier: dstring(label, 32),
    volumeSequenceNumber: 1,
    maximumVolumeSequenceNumber: 1,
    interchangeLevel: 2,
    maximumInterchangeLevel: 2,
    characterSetList: 1,
    maximumCharacterSetList: 1,
    volumeSetIdentifier: dstring(`0123456789abcdef${label}`, 128),
    descriptorCharacterSet: characterSet(),
    explanatoryCharacterSet: characterSet(),
  });
  return seal(bytes, tagIdentifiers.primaryVolumeDescriptor, location);
}

/** UDF 2.2.6.4, the implementation use: who wrote it, numbers of files and directories, and revisions. */
const implementationUseSize = 46;
const minimumReadRevisionOffset = 40;

/** Closed; the tables of free space and of sizes have a number for each partition. */
function integrity(partitions: number, blocks: number, revision: number): Uint8Array {
  const head = logicalVolumeIntegrityDescriptor.encode({
    integrityType: 1,
    uniqueIdentifier: 100n,
    numberOfPartitions: partitions,
    implementationUseLength: implementationUseSize,
  });
  const tables = new Uint8Array(8 * partitions);
  const view = new DataView(tables.buffer);
  for (let index = 0; index < partitions; index += 1) view.setUint32(4 * (partitions + index), blocks, true);
  const use = new Uint8Array(implementationUseSize);
  // UDF 2.60 6.1: 2.60 can be read by who reads 2.50.
  const revisions = [Math.min(revision, 0x0250), revision, revision];
  for (const [index, value] of revisions.entries()) {
    new DataView(use.buffer).setUint16(minimumReadRevisionOffset + 2 * index, value, true);
  }
  const bytes = new Uint8Array(blockSize);
  bytes.set(joinBytes([head, tables, use]));
  return seal(bytes, tagIdentifiers.logicalVolumeIntegrityDescriptor, integrityBlock);
}
