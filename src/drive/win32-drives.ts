/**
 * Windows' disks as drives, out of what its scripts report. Pure. Traps: a removable medium without a partition table still
 * has a volume with a letter; the EFI system partition and a locked BitLocker volume have no letter but are partitions
 * all the same.
 */
import type { Drive, Mountpoint, DriveVolume } from "./drive.js";
import type { WindowsDisk, WindowsPartition, WindowsReport, WindowsVolume } from "./win32-report.js";

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
    volumes: partitions.flatMap((partition) => volumesOf(report, partition)),
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

/** Of a volume that Windows has mounted; others it says nothing of. */
function volumesOf({ volumes }: WindowsReport, partition: WindowsPartition): DriveVolume[] {
  const volume = volumes.find(({ UniqueId }) => partition.AccessPaths.includes(UniqueId));
  if (volume === undefined || isUnformatted(volume)) return [];
  const { FileSystem, FileSystemLabel = null, Size, SizeRemaining } = volume;
  const used = typeof Size === "number" && typeof SizeRemaining === "number" ? Math.max(Size - SizeRemaining, 0) : null;
  return [
    {
      device: deviceOf(partition),
      fileSystem: cleanText(FileSystem)?.toLowerCase() ?? null,
      label: cleanText(FileSystemLabel),
      used,
    },
  ];
}

function isUnformatted({ FileSystem }: WindowsVolume): boolean {
  return /^(?:raw)?$/i.test(FileSystem ?? "");
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
  return volumes.filter((volume) => !isUnformatted(volume)).map(({ UniqueId }) => UniqueId);
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
