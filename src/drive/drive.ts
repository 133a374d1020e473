/** Facts about a drive before it is opened: for the person's decision, the guard's, and for its identity. */
import type { CompressedFormat, WrappedFormat } from "../containers/index.js";
import type { Writable } from "node:stream";
import type { DriveWriter } from "./drive-writer.js";

/** A mount of a file system on a drive. */
export type Mountpoint = {
  /** Where it is mounted; `[SWAP]` for swap space. */
  readonly path: string;
  /** The mounted device: the drive itself, one of its partitions, or what lies on them (dm-crypt, LVM, md). */
  readonly device: string;
};

/** A partition that is on a drive. */
export type Partition = {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
};

/** What is on a partition, or on a drive without any. */
export type DriveVolume = {
  /** The partition's path, or the drive's. */
  readonly device: string;
  /** `fat32`, `ntfs`, `exfat`, `ext4`, `iso9660`, ...; null where the system does not say. */
  readonly fileSystem: string | null;
  /** Null where it has none, or where it cannot be told. */
  readonly label: string | null;
  /** Bytes in use; null where it cannot be told. */
  readonly used: number | null;
};

/** A drive, as the system describes it. */
export type Drive = {
  /** The device of the whole drive, links resolved: `/dev/sdb`, `/dev/disk4`, `\\.\PhysicalDrive2`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly logicalBlockSize: number;
  /** Vendor and model as one text; null where the drive does not say. */
  readonly model: string | null;
  readonly serial: string | null;
  /** `usb`, `sata`, `nvme`, `mmc`, `loop`, `virtio`, ...; `unknown` where it cannot be told. */
  readonly bus: string;
  readonly removable: boolean;
  readonly readOnly: boolean;
  /** Holds the running system, swap space, or the device under it (LVM, md, dm-crypt, overlay). */
  readonly system: boolean;
  /** Of the drive, its partitions and everything that lies on them. */
  readonly mountpoints: readonly Mountpoint[];
  readonly partitions: readonly Partition[];
  /** File systems on it and what is in them (`withVolumes`); absent where nobody has looked. */
  readonly volumes?: readonly DriveVolume[];
  /** What is built on this drive, its partitions or files on them and keeps it open: `/dev/dm-0`, `/dev/loop0`. */
  readonly holders: readonly string[];
  /** A loop device's file. */
  readonly backingFile: string | null;
  /** Linux's disk sequence number: another medium in the same place has another one. Null where there is none. */
  readonly sequence: number | null;
  /** The USB port that it is in, as Linux counts them: `2-1.3` is the third port of the hub at the first port of bus 2. Absent elsewhere. */
  readonly port?: string;
};

/** What a path names: a drive, or an image file that is there or can be created. */
export type Target =
  | {
      readonly kind: "drive";
      readonly path: string;
      readonly drive: Drive;
      /** The name that it was given by (`sdb`, `E:`, a link of /dev/disk); absent where that is `path`. */
      readonly givenAs?: string;
    }
  | {
      readonly kind: "image-file";
      readonly path: string;
      readonly exists: boolean;
      /** The file that is there, where `path` leads to it through links; absent where `path` is it. */
      readonly realPath?: string;
      /** What the file wraps the disk in, or compresses it with; absent where it is the disk itself, byte by byte. */
      readonly format?: WrappedFormat | CompressedFormat;
    };

/** A target that takes the whole disk in ascending order, and gives nothing back. */
export type StreamTarget = {
  readonly kind: "stream";
  /** How events and results call it. */
  readonly path: string;
  /** Where the bytes go. It is neither ended nor destroyed: what has opened it closes it. */
  readonly output: Writable;
};

/** A target of a write: what a path names, a stream, or a writer of the caller's. */
export type WriteTarget =
  | Target
  | StreamTarget
  | { readonly kind: "writer"; readonly path: string; readonly writer: DriveWriter };
