/**
 * What is changed in an image's tree before it is laid out, as data: what was asked for, what became of which file, and what
 * a person should know of it. The words are made where it is shown.
 */
import type { TreeChange } from "../../tree/edits.js";
import type { DirectoryNode, FileTree } from "../../tree/index.js";
import type { DriverArchitecture, DriverRefusal, DriverWarning, SetupRefusal } from "../../drivers/index.js";
import type { WindowsIdentity } from "../identity.js";
import type { DriversWish } from "./choose-drivers.js";
import type { UpdatesWish } from "./updates/wish.js";

/** What can be changed in an image's files; `uefi-boot` is asked for by nobody, and belongs to sticks of a 64-bit image. */
export type EditKind = "add" | "drivers" | "edition" | "answer-file" | "updates" | "uefi-boot";

/** What can be asked for, in the order in which it is done. */
export type Wish =
  /** `name`: an edition as people write it, or `menu` for the list of all. */
  | { readonly kind: "edition"; readonly name: string }
  /** Files to be laid over the tree below `at`, a path on the stick; empty for its root. */
  | { readonly kind: "add"; readonly at: string; readonly folder: DirectoryNode }
  /** All bytes of an answer file for Setup. */
  | { readonly kind: "answer-file"; readonly bytes: Uint8Array }
  /** Packages of drivers for the Windows of the image. */
  | DriversWish
  /** Updates that were read, to be installed when Setup is done. */
  | UpdatesWish;

/** What a person should know of an edit. */
export type EditNote =
  /** Setup takes keys of this channel for this edition. */
  | { readonly code: "edition-key"; readonly channel: string; readonly edition: string }
  /** Setup lists these editions, by their names. */
  | { readonly code: "edition-menu"; readonly editions: readonly string[] }
  /** The image is as it was asked for already. */
  | { readonly code: "edition-as-it-was" }
  /** A file beside ei.cfg gives Setup a product key. */
  | { readonly code: "product-key-file"; readonly path: string }
  /** It has what Setup may copy to the machine. */
  | { readonly code: "oem-folder"; readonly path: string }
  /** It changes disks without asking: sentences without a full stop. */
  | { readonly code: "answer-file-wipes"; readonly changes: readonly string[] }
  /** It has no product key. */
  | { readonly code: "answer-file-no-key" }
  /** It has a product key or passwords. */
  | { readonly code: "answer-file-secrets" }
  /** Its key decides the edition, whatever else was asked for. */
  | { readonly code: "answer-file-outranks" }
  /** Components for other architectures, which Setup passes over. */
  | { readonly code: "answer-file-passed-over"; readonly components: number }
  /** Packages, by their INFs: Setup loads them before its first page, and Windows takes them over. */
  | { readonly code: "drivers-in-setup"; readonly infs: readonly string[] }
  /** Windows takes them over when it is installed. */
  | { readonly code: "drivers-after-setup"; readonly infs: readonly string[] }
  /** What they were refused for. */
  | DriverNote<"driver-left-out">
  /** Why Windows PE cannot load them. */
  | DriverNote<"driver-not-in-setup">
  /** What may go wrong with them. */
  | DriverNote<"driver-doubtful">
  /** Of Windows PE, in MiB. */
  | { readonly code: "scratch-space"; readonly before: number; readonly after: number }
  /** Updates, by their paths in the folder, in the order in which they are installed. */
  | { readonly code: "updates-installed"; readonly files: readonly string[] }
  /** They need one of these, of which none is there. */
  | { readonly code: "update-needs"; readonly kbs: readonly number[]; readonly files: readonly string[] }
  /** The same package, or a later version of it, is in the file `of`. */
  | { readonly code: "update-twice"; readonly files: readonly string[]; readonly of: string }
  /** They are no updates by their names. */
  | { readonly code: "updates-passed-over"; readonly files: readonly string[] }
  /** A script that was there runs after the updates. */
  | { readonly code: "setup-complete-kept"; readonly path: string }
  /** Where what UEFI starts was taken from. */
  | { readonly code: "uefi-boot-source"; readonly source: string }
  /** With keys of some kinds Setup runs no script at its end. */
  | { readonly code: "setup-complete-keys" };

type DriverNote<Code extends string> = {
  readonly code: Code;
  readonly infs: readonly string[];
  readonly finding: DriverRefusal | SetupRefusal | DriverWarning;
  readonly architecture: DriverArchitecture;
};

/** An edit that was made. */
export type Edit = {
  readonly kind: EditKind;
  /** The EDITIONID or `menu`; the path on the stick of what was added. */
  readonly value: string;
  /** In the order of the tree. */
  readonly changes: readonly TreeChange[];
  readonly notes: readonly EditNote[];
};

/** What an edit is made in: the tree with the edits before it, and what the image as it came holds. */
export type Editing = {
  readonly tree: FileTree;
  readonly windows: WindowsIdentity;
};

/** What an edit comes to. */
export type EditResult = Pick<Edit, "value" | "changes" | "notes"> & { readonly tree: FileTree };
