/** What a write is asked for. */
import type { Drive, StreamTarget } from "../drive/drive.js";
import type { ContainerFormat } from "../containers/index.js";
import type { DriveWriter } from "../drive/drive-writer.js";
import type { ImageCheckName } from "../progress/events.js";
import type { Requirement } from "../verification/requirements.js";
import type { FileSystemName } from "../volumes/plan.js";
import type { KnownImages } from "../windows/known-images/index.js";
import type { EditChoices } from "./edit-choices.js";

/** What is to be written and where; checks, plan and write use the same choices. */
export type WriteChoices = EditChoices & {
  /**
   * Drives, paths of image files to create, and writers of the caller's. Of those only size and alignment are checked; they
   * are called as `DriveWriter` says. A stream is the only target: it is given the whole disk, and the image is checked in a
   * pass of its own before that.
   */
  readonly targets: readonly (string | DriveWriter | StreamTarget)[];
  /** Drives as they were when somebody chose them: a target that is another one by now is refused. Default: none. */
  readonly listed?: readonly Drive[] | undefined;
  /** `auto`: FAT32, or NTFS where a file is too large for it. Default: `auto`. */
  readonly fileSystem?: "auto" | FileSystemName | undefined;
  /** Default: the image's own volume label. */
  readonly label?: string | undefined;
  /**
   * Another disk signature than the one that follows from the image: hexadecimal digits (`1a2b3c4d`), or `serial` for one that
   * follows from the serial number of the one drive. Windows takes the second of two disks with one signature offline.
   */
  readonly signature?: string | undefined;
  /**
   * The disk asks for a key for five seconds before it starts, where the firmware has another hard disk with an active partition,
   * and starts that one where none comes: so Setup is not begun anew when it restarts the machine. Default: false.
   */
  readonly bootPrompt?: boolean | undefined;
  /** Bytes of an image file that is created; default: the smallest that holds the tree. */
  readonly size?: number | undefined;
  /**
   * What image files wrap the disk in: `raw` is the disk itself; `vhd` (dynamic), `vhd-fixed`, `vhdx`, `qcow2`, `vmdk` and `vdi`
   * are files of virtual machines; `gz` and `zst` are the disk compressed; `auto` is by the ending of each file's name, else `raw`. Default: `auto`.
   */
  readonly format?: "auto" | ContainerFormat | undefined;
  /** Names of refusals to lift: of the image (`x64`, `damaged`, `altered`, ...) and of drives (`fixed-disk`, `large-disk`). */
  readonly allow?: readonly string[] | undefined;
  /** An existing image file may be replaced. Default: false. */
  readonly force?: boolean | undefined;
  /** Only what differs on a drive is to be written; an image file is always written anew. Default: false. */
  readonly onlyChanged?: boolean | undefined;
  /** SHA-256 of the whole image (see `verify`), for the manifest of a write that takes no hash itself. Default: unknown. */
  readonly imageSha256?: string | undefined;
  /**
   * What of the image is checked while it is written. `auto`: `hash` where it has the label and the size of a published
   * image, so that its hash decides; otherwise `deep`. Default: `auto`.
   */
  readonly imageCheck?: "auto" | ImageCheckName | undefined;
  /** Requirements beyond being sound; one of the hash is known when all has been read. Default: none. */
  readonly requirements?: readonly Requirement[] | undefined;
  /** Published images; the package's own table if not given. */
  readonly knownImages?: KnownImages | undefined;
  /** Read everything back, and leave a manifest for a later check behind the partition. Default: true. */
  readonly verify?: boolean | undefined;
};
