/** Warnings of a check: about how the target is read, and about what it is compared with. */
import type { FoundManifest } from "../check/locate-manifest.js";
import { exactSize } from "../bytes/amounts.js";
import type { DriveReader } from "../drive/drive-reader.js";
import type { Warning } from "../errors.js";
import { systemAreaSize } from "../iso9660-reader/limits.js";
import { volumeStructureDescriptor } from "../iso9660-reader/volume-recognition.js";
import type { ReadBytes } from "../source/byte-source.js";
import { packageVersion } from "../version.js";
import type { Expected } from "./check-expectation.js";
import type { OpenedTarget } from "./open-target.js";

/** About how the target is read. */
export function accessWarnings({ reader, target }: OpenedTarget): Warning[] {
  const mountpoints = target.kind === "drive" ? target.drive.mountpoints : [];
  const warnings: Warning[] = [];
  if (mountpoints.length > 0) {
    const at = mountpoints.map(({ path }) => path).join(", ");
    warnings.push({ code: "mounted", message: `${reader.path} is mounted at ${at}: it may change while it is read` });
  }
  if (!reader.fromMedium) {
    warnings.push({ code: "check-cached", message: `${reader.path} is read through the system's cache` });
  }
  return warnings;
}

/** About what is on the target and what it is compared with. */
export async function contentWarnings(
  { path, size }: DriveReader,
  read: ReadBytes,
  found: FoundManifest,
  { expectation, otherwise }: Expected,
  hasImage: boolean,
): Promise<Warning[]> {
  const warnings: Warning[] = [];
  if (found.read.kind !== "manifest") {
    const isForeign = found.read.kind === "absent" && found.hasBootCode === false;
    if (isForeign && (await isDiscImage(read, size))) {
      // That says all that there is to say of a manifest.
      return [{ code: "disc-image", message: `${path} is the image of a disc, and no stick` }];
    }
    const reason = reasonOf(found, isForeign && !hasImage, size);
    warnings.push({
      code: `manifest-${found.read.kind}`,
      message: reason.includes(path) ? reason : `${path}: ${reason}`,
    });
  } else if (otherwise?.kind === "other-version") {
    const message = `${path}: ${otherwise.reason}; it is compared with its manifest, not with the image`;
    warnings.push({ code: "other-version", message });
  } else if (expectation?.kind === "image" && found.read.manifest.program !== packageVersion) {
    const message = `written by win7usb ${found.read.manifest.program}, this is ${packageVersion}: structures may differ`;
    warnings.push({ code: "other-version", message });
  } else if (found.read.manifest.files === null && expectation?.kind === "manifest") {
    const message = "its manifest had no room for the files' names: places are told alone";
    warnings.push({ code: "no-names", message });
  }
  if (otherwise?.kind === "other-image") {
    const message = `${path} was made from another image or with other options: ${otherwise.reason}`;
    warnings.push({ code: "other-image", message });
  } else if (otherwise?.kind === "other-edits") {
    const message = `${path} was made with other changes to the image's files: ${otherwise.reason}`;
    warnings.push({ code: "other-edits", message });
  }
  return warnings;
}

/** Why there is no manifest. */
function reasonOf({ read, cutFrom }: FoundManifest, isNothing: boolean, size: number): string {
  if (isNothing) return "nothing of win7usb is on it";
  if (cutFrom === null || read.kind !== "absent") return (read as { readonly reason: string }).reason;
  return `it ends at byte ${size}, before the stick does, which has ${exactSize(cutFrom)}`;
}

/** Whether a volume descriptor of ISO 9660 (ECMA-119 8.1) or UDF (ECMA-167 2/9.1) stands where a disc has its first. */
async function isDiscImage(read: ReadBytes, size: number): Promise<boolean> {
  const { size: length } = volumeStructureDescriptor;
  if (size < systemAreaSize + length) return false;
  const { standardIdentifier } = volumeStructureDescriptor.decode(await read(systemAreaSize, length));
  return standardIdentifier === "CD001" || standardIdentifier === "BEA01";
}
