/**
 * Composes small UDF volumes block by block, for structures that no image maker at hand writes, and for wrong ones. The
 * records are the reader's; that they are right is judged by other people's images in test/oracle.
 */
import { joinBytes } from "../../src/bytes/join.js";
import { characterSet, compressedUnicode, dstring, entity, seal } from "../../fixtures/iso/udf-encoding.js";
import { longAllocationDescriptor, shortAllocationDescriptor } from "../../src/iso9660-reader/udf/fields.js";
import {
  allocationExtentDescriptor,
  extendedFileEntry,
  fileEntry,
  fileIdentifierDescriptor,
  fileSetDescriptor,
} from "../../src/iso9660-reader/udf/file-records.js";
import {
  anchorVolumeDescriptorPointer,
  logicalVolumeDescriptor,
  partitionDescriptor,
  tagIdentifiers,
  type1PartitionMap,
  type2PartitionMap,
} from "../../src/iso9660-reader/udf/volume-records.js";
import { logicalSectorSize } from "../../src/iso9660-reader/limits.js";
import { volumeStructureDescriptor } from "../../src/iso9660-reader/volume-recognition.js";
import { memorySource } from "../../src/source/byte-source.js";

export const blockSize = 512;
export const recognitionOffset = 32 * 1024;
/** Blocks of the volume. */
export const mainSequence = 100;
export const reserveSequence = 120;
export const partitionStart = 260;
const sequenceBlocks = 16;

export type Blocks = Record<number, Uint8Array>;

export type Composition = {
  /** By block of the partition. */
  readonly blocks: Blocks;
  /** By block of the volume; laid over everything else. */
  readonly over?: Blocks;
  readonly maps?: readonly Uint8Array[];
  readonly fileSet?: { readonly reference: number; readonly block: number };
  readonly blockCount?: number;
  readonly anchors?: readonly number[];
  readonly partitionBlocks?: number;
};

export const plainMap = type1PartitionMap.encode({ type: 1, length: 6, volumeSequenceNumber: 1, partitionNumber: 0 });

/** A partition map that begins as `identifier` and is `rest` behind what all of type 2 have. */
export function type2Map(identifier: string, rest: Uint8Array): Uint8Array {
  const map = Uint8Array.from(rest);
  type2PartitionMap.patch(map, 0, { type: 2, length: 64, partitionType: entity(identifier), partitionNumber: 0 });
  return map;
}

export function compose(composition: Composition): Uint8Array {
  const { blocks, maps = [plainMap], over = {}, fileSet = { reference: 0, block: 0 } } = composition;
  const blockCount = composition.blockCount ?? partitionStart + 60;
  const image = new Uint8Array(blockCount * blockSize);
  const put = (block: number, bytes: Uint8Array): void => image.set(bytes, block * blockSize);
  for (const [index, standardIdentifier] of ["BEA01", "NSR03", "TEA01"].entries()) {
    const descriptor = volumeStructureDescriptor.encode({ standardIdentifier, version: 1 });
    image.set(descriptor, recognitionOffset + index * logicalSectorSize);
  }
  const partitionBlocks = composition.partitionBlocks ?? blockCount - partitionStart;
  for (const start of [mainSequence, reserveSequence]) {
    put(start, partition(start, partitionBlocks));
    put(start + 1, logicalVolume(start + 1, "COMPOSED", maps, fileSet));
    put(start + 2, seal(new Uint8Array(blockSize), tagIdentifiers.terminatingDescriptor, start + 2));
  }
  for (const block of composition.anchors ?? [256]) put(block, anchor(block));
  for (const [block, bytes] of Object.entries(blocks)) put(partitionStart + Number(block), bytes);
  for (const [block, bytes] of Object.entries(over)) put(Number(block), bytes);
  return image;
}

export const sourceOf = (composition: Composition) => memorySource(compose(composition));

export function anchor(location: number): Uint8Array {
  const length = sequenceBlocks * blockSize;
  const bytes = anchorVolumeDescriptorPointer.encode({
    mainSequence: { length, location: mainSequence },
    reserveSequence: { length, location: reserveSequence },
  });
  return seal(bytes, tagIdentifiers.anchorVolumeDescriptorPointer, location);
}

export function partition(location: number, length: number, startingLocation = partitionStart): Uint8Array {
  const bytes = partitionDescriptor.encode({ sequenceNumber: 1, partitionNumber: 0, startingLocation, length });
  return seal(bytes, tagIdentifiers.partitionDescriptor, location);
}

export function logicalVolume(
  location: number,
  label: string,
  maps: readonly Uint8Array[],
  fileSet: { reference: number; block: number },
  sequenceNumber = 2,
): Uint8Array {
  const mapTableLength = maps.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(blockSize);
  logicalVolumeDescriptor.patch(bytes, 0, {
    sequenceNumber,
    descriptorCharacterSet: characterSet(),
    logicalVolumeIdentifier: dstring(label, 128),
    logicalBlockSize: blockSize,
    domainIdentifier: entity("*OSTA UDF Compliant", 0x0250),
    fileSetDescriptors: { lengthAndType: blockSize, position: fileSet.block, partitionReference: fileSet.reference },
    mapTableLength,
    numberOfPartitionMaps: maps.length,
  });
  let offset = logicalVolumeDescriptor.size;
  for (const map of maps) {
    bytes.set(map, offset);
    offset += map.length;
  }
  return seal(bytes, tagIdentifiers.logicalVolumeDescriptor, location);
}

export function fileSetAt(location: number, root: number, reference = 0): Uint8Array {
  const bytes = fileSetDescriptor.encode({
    rootDirectoryIcb: { lengthAndType: blockSize, position: root, partitionReference: reference },
  });
  return seal(bytes, tagIdentifiers.fileSetDescriptor, location);
}

export type Identifier = {
  readonly name: string;
  readonly icb: number;
  readonly reference?: number;
  readonly characteristics?: number;
  readonly implementationUse?: number;
};

/** File identifier descriptors one behind the other, each with the tag location `location`. */
export function identifiers(entries: readonly Identifier[], location: number): Uint8Array {
  const all = entries.map(({ name, icb, reference = 0, characteristics = 0, implementationUse = 0 }) => {
    const identifier = compressedUnicode(name);
    const start = fileIdentifierDescriptor.size + implementationUse;
    const bytes = new Uint8Array(Math.ceil((start + identifier.length) / 4) * 4);
    fileIdentifierDescriptor.patch(bytes, 0, {
      fileVersionNumber: 1,
      characteristics,
      lengthOfFileIdentifier: identifier.length,
      icb: { lengthAndType: blockSize, position: icb, partitionReference: reference },
      lengthOfImplementationUse: implementationUse,
    });
    bytes.set(identifier, start);
    return seal(bytes, tagIdentifiers.fileIdentifierDescriptor, location);
  });
  return joinBytes(all);
}

export type EntryFields = {
  readonly fileType?: number;
  /** By default as many bytes as are embedded. */
  readonly size?: number;
  /** 0 short, 1 long, 3 embedded. */
  readonly allocationType?: number;
  readonly allocation?: Uint8Array;
  readonly extended?: boolean;
  readonly strategyType?: number;
  readonly extendedAttributes?: Uint8Array;
  /** Kernels take a file without a link for a deleted one. */
  readonly linkCount?: number;
};

/** A File Entry, or an extended one. */
export function entryAt(location: number, fields: EntryFields): Uint8Array {
  const { fileType = 5, allocationType = 3, allocation = new Uint8Array(), extended = false } = fields;
  const attributes = fields.extendedAttributes ?? new Uint8Array();
  const values = {
    strategyType: fields.strategyType ?? 4,
    fileLinkCount: fields.linkCount ?? 0,
    fileType,
    icbFlags: allocationType,
    informationLength: fields.size ?? allocation.length,
    lengthOfExtendedAttributes: attributes.length,
    lengthOfAllocationDescriptors: allocation.length,
  };
  const head = extended ? extendedFileEntry.encode(values) : fileEntry.encode(values);
  const identifier = extended ? tagIdentifiers.extendedFileEntry : tagIdentifiers.fileEntry;
  return seal(joinBytes([head, attributes, allocation]), identifier, location);
}

/** A directory whose entries are embedded. */
export function directoryAt(location: number, entries: readonly Identifier[]): Uint8Array {
  return entryAt(location, { fileType: 4, allocation: identifiers(entries, location) });
}

type Extent = {
  readonly length: number;
  readonly position: number;
  readonly type?: number;
  readonly reference?: number;
};

const lengthAndType = ({ length, type = 0 }: Extent): number => type * 2 ** 30 + length;

export function shortDescriptors(...extents: Extent[]): Uint8Array {
  return joinBytes(
    extents.map((extent) =>
      shortAllocationDescriptor.encode({ lengthAndType: lengthAndType(extent), position: extent.position }),
    ),
  );
}

export function longDescriptors(...extents: Extent[]): Uint8Array {
  return joinBytes(
    extents.map((extent) =>
      longAllocationDescriptor.encode({
        lengthAndType: lengthAndType(extent),
        position: extent.position,
        partitionReference: extent.reference ?? 0,
      }),
    ),
  );
}

export function allocationExtentAt(location: number, descriptors: Uint8Array): Uint8Array {
  const head = allocationExtentDescriptor.encode({ lengthOfAllocationDescriptors: descriptors.length });
  return seal(joinBytes([head, descriptors]), tagIdentifiers.allocationExtentDescriptor, location);
}

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A volume with this root directory at block 1 and what else there is. */
export function withRoot(entries: readonly Identifier[], blocks: Blocks): Composition {
  return { blocks: { 0: fileSetAt(0, 1), 1: directoryAt(1, entries), ...blocks } };
}
