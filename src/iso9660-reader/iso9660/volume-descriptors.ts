/**
 * Which of the descriptor set's volumes is read: Joliet's (a supplementary descriptor with one of three escape
 * sequences), the enhanced one of ISO 9660:1999 (version 2), or the primary one.
 */
import type { Decoded } from "../../bytes/record.js";
import { damaged } from "../failures.js";
import type { Recognition } from "../volume-recognition.js";
import type { NameForm } from "./names.js";
import { decodeField } from "./names.js";
import { volumeDescriptor, volumeDescriptorTypes } from "./records.js";
import { instantOfVolumeTime } from "./time.js";

export type IsoVolume = {
  readonly form: NameForm;
  readonly volumeLabel: string;
  /** Bytes. */
  readonly blockSize: number;
  readonly rootDirectoryRecord: Uint8Array;
};

/** The identifiers of the primary volume descriptor, padding cut. */
export type PrimaryVolume = {
  readonly systemIdentifier: string;
  readonly volumeIdentifier: string;
  readonly volumeSetIdentifier: string;
  readonly publisherIdentifier: string;
  readonly dataPreparerIdentifier: string;
  readonly applicationIdentifier: string;
  /** Logical blocks of `logicalBlockSize` bytes. */
  readonly volumeSpaceSize: number;
  /** Bytes. */
  readonly logicalBlockSize: number;
  /** Milliseconds since 1970-01-01T00:00:00Z; absent where not recorded. */
  readonly created?: number;
  readonly modified?: number;
};

/** Joliet specification, SVD escape sequences: UCS-2 levels 1, 2 and 3. */
const jolietEscapeSequences = ["%/@", "%/C", "%/E"];
const blockSizes: readonly number[] = [512, 1024, 2048];
const enhancedVersion = 2;

type Descriptor = Decoded<typeof volumeDescriptor.fields>;

export type IsoVolumes = {
  readonly primary: PrimaryVolume | null;
  readonly iso9660: IsoVolume | null;
  readonly joliet: IsoVolume | null;
};

export function readIsoVolumes({ descriptors }: Recognition): IsoVolumes {
  let primary: Descriptor | undefined;
  let enhanced: Descriptor | undefined;
  let joliet: Descriptor | undefined;
  for (const { type, version, bytes } of descriptors) {
    if (type === volumeDescriptorTypes.terminator) break;
    const isPrimary = type === volumeDescriptorTypes.primary;
    if (!isPrimary && type !== volumeDescriptorTypes.supplementary) continue;
    const descriptor = volumeDescriptor.decode(bytes);
    if (isPrimary) primary ??= descriptor;
    else if (isJoliet(descriptor)) joliet ??= descriptor;
    else if (version === enhancedVersion) enhanced ??= descriptor;
  }
  return {
    primary: primary === undefined ? null : primaryVolume(primary),
    joliet: joliet === undefined ? null : isoVolume(joliet, "joliet"),
    iso9660:
      enhanced !== undefined
        ? isoVolume(enhanced, "enhanced")
        : primary === undefined
          ? null
          : isoVolume(primary, "primary"),
  };
}

function isJoliet({ escapeSequences }: Descriptor): boolean {
  return jolietEscapeSequences.includes(String.fromCharCode(...escapeSequences.subarray(0, 3)));
}

function isoVolume(descriptor: Descriptor, form: NameForm): IsoVolume {
  return {
    form,
    volumeLabel: decodeField(descriptor.volumeIdentifier, form),
    blockSize: descriptor.logicalBlockSize,
    rootDirectoryRecord: descriptor.rootDirectoryRecord,
  };
}

/** Throws `image-damaged` for a block size that ECMA-119 6.2.2 does not allow; checked where the volume is read. */
export function checkBlockSize({ blockSize }: IsoVolume): void {
  if (blockSizes.includes(blockSize)) return;
  throw damaged(`the volume descriptor has logical blocks of ${blockSize} bytes, expected ${blockSizes.join(", ")}`);
}

function primaryVolume(descriptor: Descriptor): PrimaryVolume {
  const created = instantOfVolumeTime(descriptor.volumeCreationTime);
  const modified = instantOfVolumeTime(descriptor.volumeModificationTime);
  return {
    systemIdentifier: primaryText(descriptor.systemIdentifier),
    volumeIdentifier: primaryText(descriptor.volumeIdentifier),
    volumeSetIdentifier: primaryText(descriptor.volumeSetIdentifier),
    publisherIdentifier: primaryText(descriptor.publisherIdentifier),
    dataPreparerIdentifier: primaryText(descriptor.dataPreparerIdentifier),
    applicationIdentifier: primaryText(descriptor.applicationIdentifier),
    volumeSpaceSize: descriptor.volumeSpaceSize,
    logicalBlockSize: descriptor.logicalBlockSize,
    ...(created === undefined ? {} : { created }),
    ...(modified === undefined ? {} : { modified }),
  };
}

function primaryText(bytes: Uint8Array): string {
  return decodeField(bytes, "primary");
}
