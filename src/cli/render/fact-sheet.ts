/** What a person must know of a drive before it is erased, as aligned lines. */
import type { Drive } from "../../drive/drive.js";
import { printable } from "../escape.js";
import { formatDriveSize, wrap } from "../format.js";
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

/** What will be lost: partitions and what is mounted of them. */
export function driveFacts(drive: Drive, style: Style, onlyChanged = false): Fact[] {
  const facts: Fact[] = [["drive", `${style.strong(printable(drive.path))}  ${driveSummary(drive)}`]];
  if (drive.serial !== null && drive.serial !== "") facts.push(["serial", printable(drive.serial)]);
  if (drive.backingFile !== null) facts.push(["backed by", printable(drive.backingFile)]);
  const mounted = drive.mountpoints.map((mount) => `${printable(mount.device)} on ${printable(mount.path)}`);
  if (mounted.length > 0) facts.push(["mounted", `${mounted.join(", ")} (will be unmounted)`]);
  const partitions = drive.partitions.map(
    (partition) => `${printable(partition.path)} (${formatDriveSize(partition.size)})`,
  );
  const lost = partitions.length > 0 ? partitions.join(", ") : "everything on it";
  facts.push(["will be lost", onlyChanged ? `${lost}, save what is the same` : lost]);
  return facts;
}
