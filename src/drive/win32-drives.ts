/**
 * Drives of Windows, from the JSON that the scripts of win32-scripts.ts print. Pure. Traps: ConvertTo-Json of
 * PowerShell 5.1 writes a list of one as the element itself in places; a removable medium without a partition table still
 * has a volume with a letter; the EFI system partition and a locked BitLocker volume have no letter but are partitions
 * all the same.
 */
import { Win7UsbError } from "../errors.js";
import type { Drive, Mountpoint } from "./drive.js";

type WindowsDisk = {
  readonly Number: number;
  readonly FriendlyName: string | null;
  readonly SerialNumber: string | null;
  /** Where it is attached; of a virtual disk its file. */
  readonly Location: string | null;
  readonly Size: number;
  readonly LogicalSectorSize: number;
  /** MSFT_Disk's number, or the cmdlet's word for it. */
  readonly BusType: number | string;
  readonly IsBoot: boolean;
  readonly IsSystem: boolean;
  readonly IsReadOnly: boolean;
  readonly IsOffline: boolean;
  readonly IsClustered: boolean;
  readonly PartitionStyle: string | number;
};

type WindowsPartition = {
  readonly DiskNumber: number;
  readonly PartitionNumber: number;
  readonly Size: number;
  readonly IsBoot: boolean;
  readonly IsSystem: boolean;
  readonly GptType: string | null;
  readonly MbrType: number | null;
  readonly AccessPaths: readonly (string | null)[];
};

export type WindowsReport = {
  /** Such as `C:`. */
  readonly systemDrive: string;
  readonly disks: readonly WindowsDisk[];
  readonly partitions: readonly WindowsPartition[];
  readonly volumes: readonly { readonly UniqueId: string; readonly FileSystem: string | null }[];
  readonly media: readonly { readonly Index: number; readonly MediaType: string | null }[];
  readonly pageFiles: readonly string[];
};

/** Throws `target-unsupported` where `text` is not what the list script prints. */
export function parseWindowsReport(text: string): WindowsReport {
  const report = parseJson(text);
  const disks = listAt<WindowsDisk>(report, "Disks");
  for (const disk of disks) {
    if (Number.isSafeInteger(disk.Number) && Number.isSafeInteger(disk.Size)) continue;
    throw unexpected(`a disk's number is ${disk.Number} and its size ${disk.Size}`);
  }
  return {
    systemDrive: typeof report["SystemDrive"] === "string" ? report["SystemDrive"] : "C:",
    disks,
    partitions: listAt<WindowsPartition>(report, "Partitions").map((partition) => ({
      ...partition,
      AccessPaths: asList(partition.AccessPaths),
    })),
    volumes: listAt(report, "Volumes"),
    media: listAt(report, "Media"),
    pageFiles: listAt(report, "PageFiles"),
  };
}

/** The answer of the other scripts; where `ok` is false, with the error in the system's language. */
export function parseWindowsAnswer(text: string): { readonly ok: boolean; readonly message: string } {
  const answer = parseJson(text);
  const message = [answer["Message"], answer["Id"]].filter((part) => typeof part === "string").join(" ");
  return { ok: answer["Ok"] === true, message: message.replaceAll(/\s+/g, " ").trim() };
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw unexpected(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected("it is no object");
  return value as Record<string, unknown>;
}

function unexpected(reason: string): Win7UsbError {
  return new Win7UsbError("target-unsupported", `PowerShell answered with something unexpected: ${reason}`, {
    hint: "Write an image file instead, and report this.",
  });
}

function listAt<T>(report: Record<string, unknown>, key: string): T[] {
  return asList(report[key] as T | readonly T[] | null | undefined);
}

function asList<T>(value: T | readonly T[] | null | undefined): T[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? [...(value as readonly T[])] : [value as T];
}

/** Every drive that holds a medium. */
export function drivesOfWindows(report: WindowsReport): Drive[] {
  const withMedium = report.disks.filter(({ Size }) => Size > 0);
  return withMedium.map((disk) => describe(report, disk)).toSorted((a, b) => numberOf(a.path)! - numberOf(b.path)!);
}

function physicalDrivePath(number: number): string {
  return `\\\\.\\PhysicalDrive${number}`;
}

/** The disk's number of `\\.\PhysicalDrive2`, in whatever case; null for other names. */
export function numberOf(path: string): number | null {
  const digits = /^\\\\[.?]\\physicaldrive(\d{1,9})$/i.exec(path)?.[1];
  return digits === undefined ? null : Number(digits);
}

function describe(report: WindowsReport, disk: WindowsDisk): Drive {
  const partitions = report.partitions.filter(({ DiskNumber }) => DiskNumber === disk.Number);
  const letters = partitions.flatMap(pathsOf);
  const bus = busOf(disk.BusType);
  const isBacked = bus === "virtual-disk-file";
  const pageFiles = report.pageFiles.filter((file) => letters.some((letter) => startsWithPath(file, letter)));
  const swap = pageFiles.map((file): Mountpoint => ({ path: "[SWAP]", device: file }));
  return {
    path: physicalDrivePath(disk.Number),
    size: disk.Size,
    logicalBlockSize: disk.LogicalSectorSize,
    model: cleanText(disk.FriendlyName),
    serial: cleanText(disk.SerialNumber),
    bus,
    removable: !isBacked && (bus === "usb" || bus === "firewire" || hasRemovableMedium(report, disk)),
    readOnly: disk.IsReadOnly,
    system:
      [disk, ...partitions].some(({ IsBoot, IsSystem }) => IsBoot || IsSystem) ||
      letters.some((letter) => startsWithPath(letter, `${report.systemDrive}\\`)),
    mountpoints: [
      ...partitions.flatMap((partition) => pathsOf(partition).map((path) => ({ path, device: deviceOf(partition) }))),
      ...swap,
    ],
    partitions: partitions.map((partition) => ({ path: deviceOf(partition), size: partition.Size })),
    holders: holdersOf(disk, partitions),
    backingFile: isBacked ? cleanText(disk.Location) : null,
    sequence: null,
  };
}

/** MSFT_Disk.BusType, by number and by the cmdlet's word. */
const busNames: ReadonlyMap<number | string, string> = new Map<number | string, string>(
  (
    [
      [1, "SCSI", "scsi"],
      [2, "ATAPI", "atapi"],
      [3, "ATA", "ata"],
      [4, "1394", "firewire"],
      [5, "SSA", "ssa"],
      [6, "Fibre Channel", "fibre-channel"],
      [7, "USB", "usb"],
      [8, "RAID", "raid"],
      [9, "iSCSI", "iscsi"],
      [10, "SAS", "sas"],
      [11, "SATA", "sata"],
      [12, "SD", "mmc"],
      [13, "MMC", "mmc"],
      [15, "File Backed Virtual", "virtual-disk-file"],
      [16, "Spaces", "spaces"],
      [17, "NVMe", "nvme"],
    ] as const
  ).flatMap(([number, word, name]): [number | string, string][] => [
    [number, name],
    [word, name],
  ]),
);

function busOf(busType: number | string): string {
  return busNames.get(busType) ?? "unknown";
}

/** "Removable Media", of "External hard disk media" and "Fixed hard disk media" (Win32_DiskDrive.MediaType). */
function hasRemovableMedium({ media }: WindowsReport, disk: WindowsDisk): boolean {
  const type = media.find(({ Index }) => Index === disk.Number)?.MediaType ?? "";
  return /^removable media/i.test(type);
}

const volumeGuidPath = /^\\\\\?\\Volume\{/i;

/** Letters and folders where the partition is reached, without the volume's own name. */
function pathsOf({ AccessPaths }: WindowsPartition): string[] {
  return AccessPaths.flatMap((path) => (path === null || path === "" || volumeGuidPath.test(path) ? [] : [path]));
}

function deviceOf({ AccessPaths, DiskNumber, PartitionNumber }: WindowsPartition): string {
  const volume = AccessPaths.find((path) => path !== null && volumeGuidPath.test(path));
  return volume ?? `${physicalDrivePath(DiskNumber)} partition ${PartitionNumber}`;
}

/** Partition types of the logical disk manager: its dynamic disks span drives. */
const dynamicGptTypes = ["5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", "af9b60a0-1431-4f62-bc68-3311714a69ad"];
const dynamicMbrType = 0x42;

function holdersOf(disk: WindowsDisk, partitions: readonly WindowsPartition[]): string[] {
  const isDynamic = partitions.some(
    ({ GptType, MbrType }) =>
      MbrType === dynamicMbrType || dynamicGptTypes.includes((GptType ?? "").replaceAll(/[{}]/g, "").toLowerCase()),
  );
  const holders = isDynamic ? ["a dynamic disk's volumes"] : [];
  return disk.IsClustered ? [...holders, "a failover cluster"] : holders;
}

/** File systems that Windows has mounted of a disk, as it names their volumes. */
export function mountedVolumes(report: WindowsReport, number: number): string[] {
  const partitions = report.partitions.filter(({ DiskNumber }) => DiskNumber === number);
  const names = partitions.flatMap(({ AccessPaths }) => AccessPaths.filter((path) => path !== null));
  const volumes = report.volumes.filter(({ UniqueId }) => names.includes(UniqueId));
  return volumes.filter(({ FileSystem }) => !/^(?:raw)?$/i.test(FileSystem ?? "")).map(({ UniqueId }) => UniqueId);
}

function startsWithPath(path: string, folder: string): boolean {
  return path.toLowerCase().startsWith(folder.toLowerCase());
}

/** Text from a drive, without padding and control characters; null where nothing is left. */
function cleanText(text: string | null): string | null {
  // oxlint-disable-next-line no-control-regex
  const clean = (text ?? "").replaceAll(/[\u0000-\u001F\u007F]/g, "").trim();
  return clean === "" ? null : clean;
}
