/** What a person must know of a drive before it is erased, as aligned lines. */
import type { Drive, DriveVolume } from "../../drive/drive.js";
import { formatDriveSize } from "../../bytes/amounts.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";

export type Fact = readonly [name: string, value: string];

/** `name   value` lines, indented, the values in one column and wrapped at `columns`. */
export function factLines(facts: readonly Fact[], style: Style, columns: number): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  const indent = " ".repeat(width + 4);
  return facts
    .map(([name, value]) => {
      // Wrapped as it is seen: the indent counts, and is put before later lines alone.
      const text = wrap(value, columns - indent.length).replaceAll("\n", `\n${indent}`);
      return `  ${style.faint(name.padEnd(width))}  ${text}\n`;
    })
    .join("");
}

/** Model, size and bus of a drive in one line: `SanDisk Cruzer, 8.00 GB, usb, removable`. */
function driveSummary(drive: Drive): string {
  const kind = drive.removable ? "removable" : "fixed";
  return [printable(drive.model ?? "unknown model"), formatDriveSize(drive.size), printable(drive.bus), kind].join(
    ", ",
  );
}

/** `FAT32 "HOLIDAY"`, as far as it is known. */
export function volumeWords({ fileSystem, label }: DriveVolume): string {
  const name = fileSystem === null ? [] : [fileSystemNames[fileSystem] ?? fileSystem];
  return [...name, ...(label === null ? [] : [`"${label}"`])].join(" ");
}

const fileSystemNames: Readonly<Record<string, string>> = {
  fat12: "FAT12",
  fat16: "FAT16",
  fat32: "FAT32",
  fat: "FAT",
  ntfs: "NTFS",
  exfat: "exFAT",
  iso9660: "ISO 9660",
  udf: "UDF",
  xfs: "XFS",
  luks: "LUKS",
  lvm: "LVM",
  apfs: "APFS",
  hfsplus: "HFS+",
};

/** Each partition with what is in it, or what is on a drive without any. */
function lostWords(drive: Drive): string {
  const parts = drive.partitions.map(({ path, size }) => {
    const volume = drive.volumes?.find(({ device }) => device === path);
    const words = [formatDriveSize(size), ...(volume === undefined ? [] : contentWords(volume))];
    return `${printable(path)} (${words.join(", ")})`;
  });
  if (parts.length > 0) return parts.join(", ");
  const [whole] = drive.volumes ?? [];
  return whole === undefined ? "everything on it" : `everything on it: ${contentWords(whole).join(", ")}`;
}

function contentWords(volume: DriveVolume): string[] {
  const words = printable(volumeWords(volume));
  const used = volume.used === null ? [] : [`${formatDriveSize(volume.used)} used`];
  return [...(words === "" ? [] : [words]), ...used];
}

/** What will be lost: partitions and what is mounted of them. */
export function driveFacts(drive: Drive, style: Style, onlyChanged = false): Fact[] {
  const facts: Fact[] = [["drive", `${style.strong(printable(drive.path))}  ${driveSummary(drive)}`]];
  if (drive.serial !== null && drive.serial !== "") facts.push(["serial", printable(drive.serial)]);
  if (drive.backingFile !== null) facts.push(["backed by", printable(drive.backingFile)]);
  const mounted = drive.mountpoints.map((mount) => `${printable(mount.device)} on ${printable(mount.path)}`);
  if (mounted.length > 0) facts.push(["mounted", `${mounted.join(", ")} (will be unmounted)`]);
  const lost = lostWords(drive);
  facts.push(["will be lost", onlyChanged ? `${lost}, save what is the same` : lost]);
  return facts;
}
