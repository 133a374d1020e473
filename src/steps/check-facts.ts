/** What a check knows of a target beside what it found: the drive, and what lies where on it. */
import type { Expectation } from "../check/index.js";
import type { FoundManifest } from "../check/locate-manifest.js";
import type { Drive, Target } from "../drive/drive.js";
import { signatureText } from "../volumes/mbr.js";
import type { FileSystemName, ImageOrigin, PlannedEdit } from "../volumes/plan.js";
import { diskLayoutOf, structuresBySize, type DiskLayout } from "../volumes/disk-layout.js";

/** The image that a target was made from, and the options, as its manifest records them. */
export type CheckOrigin = ImageOrigin & {
  /** What was changed in the image's files, in the order in which it was. */
  readonly edits: readonly PlannedEdit[];
  /** The version of win7usb that wrote it. */
  readonly program: string;
  /**
   * `size` in bytes: of the disk that was laid out. `signature`: eight hexadecimal digits, null where none was asked for.
   * `bootPrompt`: it asks for a key before it starts, where the machine has another disk that could.
   */
  readonly options: {
    readonly filesystem: FileSystemName;
    readonly label: string;
    readonly size: number;
    readonly signature: string | null;
    readonly bootPrompt: boolean;
  };
};

/** The drive that was checked. */
export type DriveFacts = {
  /** What a drive says of itself; absent of a file. */
  readonly drive?: Pick<Drive, "model" | "serial" | "bus" | "removable">;
};

export function identityOfDrive(target: Target): DriveFacts {
  if (target.kind !== "drive") return {};
  const { model, serial, bus, removable } = target.drive;
  return { drive: { model, serial, bus, removable } };
}

/** Of a manifest, as far as it tells. */
export function layoutExpected(expectation: Expectation): DiskLayout {
  if (expectation.kind === "image") return diskLayoutOf(expectation.plan);
  const { diskSize, fileSystem, clusterSize, spans, files } = expectation.manifest;
  const structures = structuresBySize(fileSystem, diskSize);
  return { diskSize, fileSystem, clusterSize, written: spans, files, structures };
}

export function originOf({ read }: FoundManifest): CheckOrigin | null {
  if (read.kind !== "manifest" || read.manifest.origin === null) return null;
  const { origin, edits, program, fileSystem, label, diskSize, signature, bootPrompt } = read.manifest;
  return {
    ...origin,
    edits,
    program,
    options: {
      filesystem: fileSystem,
      label,
      size: diskSize,
      signature: signature === null ? null : signatureText(signature),
      bootPrompt,
    },
  };
}
