/**
 * El Torito: how a BIOS or UEFI boots from the disc. The boot record volume descriptor names a catalogue of entries of
 * 32 bytes: a validation entry with a checksum, the default entry, then sections. Nothing else depends on it, so that
 * what is wrong with it is a warning. Traps: every location counts sectors of 2048 bytes, every length sectors of 512.
 */
import { count } from "../bytes/amounts.js";
import { ascii, bytes, reserved, uint16le, uint32le, uint8 } from "../bytes/fields.js";
import { record } from "../bytes/record.js";
import { damaged, isOfImage } from "./failures.js";
import { bootRecordVolumeDescriptor, volumeDescriptorTypes } from "./iso9660/records.js";
import { logicalSectorSize, maximumBootCatalogueEntries } from "./limits.js";
import type { Reading } from "./reading.js";
import { warn } from "./reading.js";
import type { Recognition } from "./volume-recognition.js";

/** Bytes. */
export const bootCatalogueEntrySize = 32;

/** El Torito 1.0, figure 2. */
export const validationEntry = record("validation entry", bootCatalogueEntrySize, {
  headerId: uint8(0),
  platformId: uint8(1),
  reserved: reserved(2, 2),
  idString: ascii(4, 24),
  checksum: uint16le(28),
  keyBytes: bytes(30, 2),
});

/** El Torito 1.0, figure 5; of figure 3, the default entry, the selection criteria are zero. */
export const bootEntry = record("boot entry", bootCatalogueEntrySize, {
  bootIndicator: uint8(0),
  bootMediaType: uint8(1),
  loadSegment: uint16le(2),
  systemType: uint8(4),
  unused: reserved(5, 1),
  sectorCount: uint16le(6),
  loadRba: uint32le(8),
  selectionCriteriaType: uint8(12),
  selectionCriteria: bytes(13, 19),
});

/** El Torito 1.0, figure 4. */
const sectionHeader = record("section header entry", bootCatalogueEntrySize, {
  headerIndicator: uint8(0),
  platformId: uint8(1),
  numberOfSectionEntries: uint16le(2),
  idString: ascii(4, 28),
});

const headerIndicators = { section: 0x90, lastSection: 0x91, extension: 0x44 } as const;
const bootable = 0x88;
const bootMediaTypeMask = 0x0f;
/** One way to boot from the disc (El Torito 1.0, figures 3 and 5). */
export type BootEntry = {
  readonly bootable: boolean;
  /** 0 no emulation, 1 to 3 floppy, 4 hard disk. */
  readonly mediaType: number;
  /** 0 stands for 0x7C0. */
  readonly loadSegment: number;
  readonly systemType: number;
  /** Sectors of 512 bytes to load. */
  readonly sectorCount: number;
  /** Sector of 2048 bytes where the boot image begins. */
  readonly loadRba: number;
  /** 0 x86, 1 PowerPC, 2 Mac, 0xEF UEFI. */
  readonly platform: number;
};

/** The disc's boot catalogue. */
export type ElTorito = {
  /** Sector of 2048 bytes. */
  readonly catalogLocation: number;
  readonly platform: number;
  readonly idString: string;
  /** The default entry first. */
  readonly entries: readonly BootEntry[];
};

/** The boot catalogue, null where there is none or where it is damaged (a warning tells). */
export async function readElTorito(reading: Reading, { descriptors }: Recognition): Promise<ElTorito | null> {
  const found = descriptors.find(
    ({ type, bytes: descriptor }) =>
      type === volumeDescriptorTypes.bootRecord &&
      bootRecordVolumeDescriptor.decode(descriptor).bootSystemIdentifier.startsWith("EL TORITO SPECIFICATION"),
  );
  if (found === undefined) return null;
  const { bootCatalogueLocation } = bootRecordVolumeDescriptor.decode(found.bytes);
  try {
    return await readCatalogue(reading, bootCatalogueLocation);
  } catch (error) {
    if (!isOfImage(error)) throw error;
    warn(reading, "el-torito", `the El Torito boot catalogue cannot be read: ${error.message}`);
    return null;
  }
}

async function readCatalogue(reading: Reading, catalogLocation: number): Promise<ElTorito> {
  const offset = catalogLocation * logicalSectorSize;
  const length = Math.max(
    logicalSectorSize,
    Math.min(maximumBootCatalogueEntries * bootCatalogueEntrySize, reading.metadata.size - offset),
  );
  const catalogue = await reading.metadata.read(offset, length, "the El Torito boot catalogue");
  const validation = validationEntry.decode(catalogue);
  let sum = 0;
  for (let index = 0; index < bootCatalogueEntrySize; index += 2)
    sum += catalogue[index]! + catalogue[index + 1]! * 0x100;
  const [keyByte1, keyByte2] = validation.keyBytes;
  if (validation.headerId !== 1 || keyByte1 !== 0x55 || keyByte2 !== 0xaa || (sum & 0xffff) !== 0) {
    throw damaged(
      `its validation entry has the header ${validation.headerId}, the key ${keyByte1} ${keyByte2} and the sum ${sum & 0xffff}, expected 1, 85 170 and 0`,
    );
  }
  const platform = validation.platformId;
  const sections = sectionEntries(catalogue, length < reading.metadata.size - offset);
  if (sections.leftOut !== null) warn(reading, "el-torito", `the El Torito boot catalogue ${sections.leftOut}`);
  const entries = [entryAt(catalogue, 1, platform), ...sections.entries];
  return { catalogLocation, platform, idString: validation.idString.replace(/[\0 ]+$/, ""), entries };
}

function entryAt(catalogue: Uint8Array, index: number, platform: number): BootEntry {
  const fields = bootEntry.decode(catalogue, index * bootCatalogueEntrySize);
  return {
    bootable: fields.bootIndicator === bootable,
    mediaType: fields.bootMediaType & bootMediaTypeMask,
    loadSegment: fields.loadSegment,
    systemType: fields.systemType,
    sectorCount: fields.sectorCount,
    loadRba: fields.loadRba,
    platform,
  };
}

type SectionEntries = {
  readonly entries: readonly BootEntry[];
  /** What is said of entries that were not looked at; null where all were. */
  readonly leftOut: string | null;
};

/** Of all sections. `goesOn`: the image has something behind `catalogue`. */
function sectionEntries(catalogue: Uint8Array, goesOn: boolean): SectionEntries {
  const end = Math.floor(catalogue.length / bootCatalogueEntrySize);
  const entries: BootEntry[] = [];
  for (let index = 2; index < end;) {
    const header = sectionHeader.decode(catalogue, index * bootCatalogueEntrySize);
    const { headerIndicator, platformId, numberOfSectionEntries } = header;
    const isLast = headerIndicator === headerIndicators.lastSection;
    if (headerIndicator !== headerIndicators.section && !isLast) return { entries, leftOut: null };
    index += 1;
    let read = 0;
    for (; read < numberOfSectionEntries && index < end; read += 1) {
      entries.push(entryAt(catalogue, index, platformId));
      index += 1;
      // Selection criteria that did not fit the entry; no boot entry has this indicator.
      while (index < end && catalogue[index * bootCatalogueEntrySize] === headerIndicators.extension) index += 1;
    }
    if (read < numberOfSectionEntries) return { entries, leftOut: leftOutWords(numberOfSectionEntries - read, goesOn) };
    if (isLast) return { entries, leftOut: null };
    // Its headers say that another section follows.
    if (index >= end) return { entries, leftOut: leftOutWords(null, goesOn) };
  }
  return { entries, leftOut: null };
}

function leftOutWords(missing: number | null, goesOn: boolean): string {
  const what = missing === null ? "further sections" : count(missing, "further entry");
  if (!goesOn) return `promises ${what} behind the end of the image`;
  return `promises ${what}, which are not looked at: at most ${maximumBootCatalogueEntries} entries are, a limit of win7usb, not damage`;
}
