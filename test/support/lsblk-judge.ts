/** util-linux's lsblk as a judge of our list of drives: what the two say of each drive, and where they do not agree. */
import type { Drive } from "../../src/drive/drive.js";
import type { LsblkDevice } from "./drive-recording.js";

/** Whole devices that lsblk shows and that are never written: in memory, floppies. Optical ones are of type `rom`. */
const neverWritten = /^(?:ram|zram|fd|zd)\d/;

/** lsblk's `tran` where ours has another name. */
const buses: Readonly<Record<string, string>> = { ata: "sata" };

/** One line for each thing that differs; empty where they agree. */
export function disagreements(listed: readonly LsblkDevice[], drives: readonly Drive[]): string[] {
  const expected = listed.filter(
    ({ type, size, kname }) => (type === "disk" || type === "loop") && size > 0 && !neverWritten.test(kname),
  );
  const differences = difference(
    "drives",
    drives.map(({ path }) => path),
    expected.map(pathOf),
  );
  for (const device of expected) {
    const drive = drives.find(({ path }) => path === pathOf(device));
    if (drive !== undefined)
      differences.push(...compare(device, drive, listed).map((line) => `${drive.path}: ${line}`));
  }
  return differences;
}

function pathOf({ kname }: LsblkDevice): string {
  return `/dev/${kname.replaceAll("!", "/")}`;
}

function compare(device: LsblkDevice, drive: Drive, listed: readonly LsblkDevice[]): string[] {
  const below = descendants(device);
  const partitions = (device.children ?? []).filter(
    ({ kname, type }) => type === "part" && kname.startsWith(device.kname),
  );
  const isLoop = ({ device: path }: { device: string }): boolean => path.startsWith("/dev/loop") && path !== drive.path;
  const tree = [device, ...below, ...otherMembers([device, ...below], listed)];
  const mounted = tree.flatMap(({ mountpoints = [] }) => mountpoints.filter((path) => path !== null));
  return [
    ...difference("size", drive.size, device.size),
    ...difference("read-only", drive.readOnly, device.ro),
    ...difference("sector", drive.logicalBlockSize, device["log-sec"]),
    ...difference("sequence", drive.sequence, device["disk-seq"] ?? drive.sequence),
    ...difference("removable", drive.removable, isRemovable(device)),
    ...difference("bus", drive.bus, device.tran === undefined ? drive.bus : (buses[device.tran] ?? device.tran)),
    ...difference("model", words(drive.model), modelOf(device) ?? words(drive.model)),
    // A USB bridge has a serial number of its own beside the disk's in it, and lsblk shows the disk's. Without udev it
    // shows none.
    ...(device.tran === "usb" || listed.every(({ serial }) => serial === undefined)
      ? []
      : difference("serial", drive.serial, serialOf(device))),
    ...difference(
      "partitions",
      drive.partitions.map(({ path, size }) => `${path} ${size}`),
      partitions.map((each) => `${pathOf(each)} ${each.size}`),
    ),
    // lsblk shows no loop device below the drive that its file is on, and nothing of what is mounted elsewhere.
    ...difference(
      "holders",
      drive.holders.filter((path) => path.startsWith("/dev/") && !isLoop({ device: path })),
      below.filter((each) => !partitions.includes(each)).map(pathOf),
    ),
    ...difference(
      "mountpoints",
      drive.mountpoints.filter((each) => !isLoop(each)).map(({ path }) => path),
      mounted,
    ),
  ];
}

/** lsblk's RM is of the medium and HOTPLUG of the port, as far as the machine's firmware tells it. */
function isRemovable({ type, rm, hotplug, tran }: LsblkDevice): boolean {
  if (type === "loop" || tran === "sata") return false;
  return rm || hotplug || tran === "usb";
}

/** lsblk gives the mount path to one device of a btrfs, and its UUID to all of them. */
function otherMembers(devices: readonly LsblkDevice[], listed: readonly LsblkDevice[]): LsblkDevice[] {
  const uuids = devices.flatMap(({ fstype, uuid }) => (fstype === "btrfs" ? [uuid] : []));
  const all = listed.flatMap((device) => [device, ...descendants(device)]);
  return all.filter(({ uuid }) => uuid !== undefined && uuids.includes(uuid));
}

function descendants(device: LsblkDevice): LsblkDevice[] {
  return (device.children ?? []).flatMap((child) => [child, ...descendants(child)]);
}

/** "ATA" stands in the vendor's place for every ATA disk; lsblk writes blanks as underscores where udev did. */
function modelOf({ vendor = "", model }: LsblkDevice): string | undefined {
  if (model === undefined) return undefined;
  return words(vendor.trim() === "ATA" || vendor.startsWith("0x") ? model : `${vendor} ${model}`);
}

/** Where a disk has no serial number, udev takes its world-wide name. */
function serialOf({ serial, wwn }: LsblkDevice): string | null {
  return serial === undefined || wwn === `0x${serial}` ? null : serial.trim();
}

function words(text: string | null): string {
  return (text ?? "").replaceAll(/[_\s]+/g, " ").trim();
}

/** Lists are compared as sets. */
function difference(what: string, ours: unknown, theirs: unknown): string[] {
  const text = (value: unknown): string =>
    Array.isArray(value) ? [...new Set(value.map(String))].toSorted().join(", ") : String(value);
  return text(ours) === text(theirs) ? [] : [`${what}: ${text(ours)}, lsblk: ${text(theirs)}`];
}
