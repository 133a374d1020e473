/**
 * A Linux machine's drives as a file: what `readLinuxDevices` reads of /sys, /proc and /dev, and beside it lsblk's answer
 * of the same moment. `record-drives.ts` makes one; here it becomes a tree again that the reader reads.
 */
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A device as `lsblk --json --bytes --output-all` gives it; what is null or an empty list there is left out. */
export type LsblkDevice = {
  readonly name: string;
  readonly kname: string;
  /** `disk`, `part`, `rom`, `loop`, `lvm`, `crypt`, `raid1`, `mpath`, ... */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly ro: boolean;
  readonly rm: boolean;
  readonly hotplug: boolean;
  readonly "log-sec"?: number;
  readonly tran?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly wwn?: string;
  readonly "disk-seq"?: number;
  readonly fstype?: string;
  /** Of the file system. */
  readonly uuid?: string;
  readonly mountpoints?: readonly (string | null)[];
  readonly children?: readonly LsblkDevice[];
};

export type LinuxRecording = {
  readonly schema: 1;
  /** What machine it is, for people. */
  readonly about: string;
  readonly kernel: string;
  /** `lsblk --version`. */
  readonly lsblkVersion: string;
  readonly lsblk: readonly LsblkDevice[];
  /** Targets of symbolic links by their path, without the leading `/`. */
  readonly links: Readonly<Record<string, string>>;
  /** Texts of files by their path; each character is a byte. */
  readonly files: Readonly<Record<string, string>>;
};

export function readRecording(path: string): LinuxRecording {
  return JSON.parse(readFileSync(path, "utf8")) as LinuxRecording;
}

/** Makes the tree in a new folder, which the caller removes. */
export function playRecording({ files, links }: LinuxRecording): string {
  const root = mkdtempSync(join(tmpdir(), "win7usb-recorded-"));
  const make = (path: string): string => {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    return at;
  };
  for (const [path, content] of Object.entries(files)) writeFileSync(make(path), content, "latin1");
  for (const [path, target] of Object.entries(links)) {
    // An absolute target is one of the recorded machine's root.
    symlinkSync(target.startsWith("/") ? join(root, target) : target, make(path));
  }
  return root;
}
