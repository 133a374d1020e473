/** $VOLUME_INFORMATION (NTFS documentation, "$VOLUME_INFORMATION (0x70)"). */
import { reserved, uint16le, uint8 } from "../../../bytes/fields.js";
import { record } from "../../../bytes/record.js";

export const volumeInformation = record("VOLUME_INFORMATION", 12, {
  reserved: reserved(0, 8),
  majorVersion: uint8(8),
  minorVersion: uint8(9),
  flags: uint16le(10),
});

/** NTFS 3.1, of Windows XP and later. */
const version = { majorVersion: 3, minorVersion: 1 } as const;
/** VOLUME_DIRTY: a system wants chkdsk to look at the volume. */
const dirty = 1;

export const encodeVolumeInformation = (): Uint8Array => volumeInformation.encode(version);

/** Whether a system marked the volume for chkdsk; not where `value` is too short. */
export function isMarkedDirty(value: Uint8Array): boolean {
  return value.length >= volumeInformation.size && (volumeInformation.decode(value).flags & dirty) !== 0;
}
