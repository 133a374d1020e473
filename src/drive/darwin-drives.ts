/**
 * Drives of macOS, from the output of `diskutil` and `ioreg`. Pure. Traps: an APFS container is listed as a disk of
 * its own (`disk3`) whose physical store is a partition of the real one (`disk0s2`), so what is mounted of a drive, and
 * whether it carries the system, is found through the stores, and a Fusion drive has two of them; `Internal` is true for
 * a card in a built-in reader and `RemovableMedia` is false for every USB hard disk and SSD, so neither alone tells a
 * stick; the system volume is mounted as a snapshot of a volume (`disk3s1s1`); of a stick without partitions `TotalSize`
 * is the volume's.
 */
import type { Drive, Mountpoint, Partition, DriveVolume } from "./drive.js";
import { asDictionaries, booleanAt, integerAt, textAt, type PlistDictionary, type PlistValue } from "./darwin-plist.js";

/** The output of the commands. */
export type DarwinReport = {
  /** `diskutil list -plist`. */
  readonly list: PlistDictionary;
  /** `diskutil info -plist <disk>`, by the disk's identifier. */
  readonly infos: ReadonlyMap<string, PlistDictionary>;
  /** `diskutil info -plist /`. */
  readonly root: PlistDictionary;
  /** IORegistryEntryID of whole media by their identifier: a number that is given once until the next restart. */
  readonly registryIds: ReadonlyMap<string, number>;
};

/** Disk identifiers of all entries of `diskutil list -plist` that are whole disks, containers among them. */
export function wholeDisks(list: PlistDictionary): string[] {
  return asDictionaries(list.get("AllDisksAndPartitions")).flatMap((entry) => {
    const identifier = textAt(entry, "DeviceIdentifier");
    return identifier === null ? [] : [identifier];
  });
}

/** `disk3` of `disk3`, `disk3s1s1`, `/dev/disk3s1` and `/dev/rdisk3`; null for other names. */
export function wholeDiskOf(name: string): string | null {
  const number = /^(?:\/dev\/)?r?disk(\d+)(?:s\d+)*$/.exec(name)?.[1];
  return number === undefined ? null : `disk${number}`;
}

/** IORegistryEntryIDs out of `ioreg -a -r -c IOMedia -d 1`. */
export function registryIdsOf(value: PlistValue): Map<string, number> {
  const ids = new Map<string, number>();
  for (const media of asDictionaries(value)) {
    const name = textAt(media, "BSD Name");
    const id = integerAt(media, "IORegistryEntryID");
    if (name !== null && id !== null && booleanAt(media, "Whole") === true) ids.set(name, id);
  }
  return ids;
}

/** Every drive that holds a medium: no containers, no RAID sets, no optical discs. */
export function drivesOfDarwin(report: DarwinReport): Drive[] {
  const entries = asDictionaries(report.list.get("AllDisksAndPartitions"));
  const drives: Drive[] = [];
  for (const entry of entries) {
    const identifier = textAt(entry, "DeviceIdentifier");
    const info = identifier === null ? undefined : report.infos.get(identifier);
    if (identifier === null || info === undefined || !isDrive(entry, info)) continue;
    drives.push(describe(report, identifier, entry, info));
  }
  return drives.toSorted((a, b) => diskNumber(a.path) - diskNumber(b.path));
}

/** Whether the disk has a medium; empty card readers are listed with a size of 0 or without an info. */
function isDrive(entry: PlistDictionary, info: PlistDictionary): boolean {
  if (sizeOf(entry, info) === 0 || booleanAt(info, "WholeDisk") === false) return false;
  if (info.has("OpticalDeviceType") || info.has("OpticalMediaType")) return false;
  return !isBuiltOnOthers(entry, info);
}

function isBuiltOnOthers(entry: PlistDictionary, info: PlistDictionary): boolean {
  if (storesOf(entry).length > 0 || storesOf(info).length > 0) return true;
  return booleanAt(info, "RAIDMaster") === true || info.has("CoreStorageLVUUID");
}

function describe(report: DarwinReport, identifier: string, entry: PlistDictionary, info: PlistDictionary): Drive {
  const bus = busOf(info);
  const mountpoints = [entry, ...entriesAbove(report, identifier)].flatMap(mountpointsOf);
  const removableMedia = booleanAt(info, "RemovableMedia") === true;
  const plugged = pluggedBuses.has(bus) && booleanAt(info, "Internal") !== true;
  const model = (textAt(info, "MediaName") ?? textAt(info, "IORegistryEntryName"))?.replace(/ Media$/, "") ?? null;
  return {
    path: `/dev/${identifier}`,
    size: sizeOf(entry, info),
    logicalBlockSize: integerAt(info, "DeviceBlockSize") ?? usualBlockSize,
    model,
    serial: null,
    bus,
    removable: bus !== "disk-image" && (removableMedia || plugged),
    readOnly: booleanAt(info, "WritableMedia") === false,
    system:
      mountpoints.some(({ path }) => isSystemPath(path)) ||
      booleanAt(info, "SystemImage") === true ||
      disksUnder(report.root).includes(identifier),
    mountpoints,
    partitions: partitionsOf(entry),
    volumes: volumesOf(entry),
    holders: [...raidHolders(identifier, info), ...coreStorageHolders(report, identifier)],
    backingFile: null,
    sequence: report.registryIds.get(identifier) ?? null,
  };
}

/** Bytes, where the disk does not say. */
const usualBlockSize = 512;

function sizeOf(entry: PlistDictionary, info: PlistDictionary): number {
  return integerAt(info, "Size") ?? integerAt(info, "TotalSize") ?? integerAt(entry, "Size") ?? 0;
}

/** Buses of external drives, whatever these report about their medium. */
const pluggedBuses = new Set(["usb", "mmc", "firewire"]);

/** Names of IOStorageProtocolCharacteristics.h that differ from those of other platforms. */
const busNames: ReadonlyMap<string, string> = new Map([
  ["secure digital", "mmc"],
  ["pci-express", "nvme"],
  ["pci", "nvme"],
  ["disk image", "disk-image"],
  ["virtual interface", "disk-image"],
]);

function busOf(info: PlistDictionary): string {
  const name = textAt(info, "BusProtocol")?.toLowerCase() ?? "unknown";
  return busNames.get(name) ?? name;
}

/** The partitions that an APFS container, or a volume in one, lies on: the two commands name them by different keys. */
function storesOf(dictionary: PlistDictionary): string[] {
  const containers = asDictionaries(dictionary.get("APFSPhysicalStores")).map(
    (store) => textAt(store, "DeviceIdentifier") ?? textAt(store, "APFSPhysicalStore"),
  );
  return [...containers, ...coreStorageStoresOf(dictionary)].filter((identifier) => identifier !== null);
}

/** The same for a CoreStorage volume, which `diskutil list` does not show. */
function coreStorageStoresOf(info: PlistDictionary): (string | null)[] {
  return asDictionaries(info.get("CoreStoragePVs")).map((store) => textAt(store, "CoreStoragePVDisk"));
}

/** Entries of what lies on `identifier` or one of its partitions. */
function entriesAbove({ list, infos }: DarwinReport, identifier: string): PlistDictionary[] {
  return asDictionaries(list.get("AllDisksAndPartitions")).filter((entry) => {
    const info = infos.get(textAt(entry, "DeviceIdentifier") ?? "");
    const stores = [...storesOf(entry), ...(info === undefined ? [] : storesOf(info))];
    return stores.some((store) => wholeDiskOf(store) === identifier);
  });
}

/** Entries of the containers that have a store on `identifier` or one of its partitions. */
export function containersOn(list: PlistDictionary, identifier: string): PlistDictionary[] {
  return asDictionaries(list.get("AllDisksAndPartitions")).filter((entry) =>
    storesOf(entry).some((store) => wholeDiskOf(store) === identifier),
  );
}

/** Whole disks that the volume of a `diskutil info` lies on. */
function disksUnder(info: PlistDictionary): string[] {
  const names = [...storesOf(info), textAt(info, "ParentWholeDisk"), textAt(info, "DeviceIdentifier")];
  return names.flatMap((name) => (name === null ? [] : [wholeDiskOf(name) ?? name]));
}

function mountpointsOf(entry: PlistDictionary): Mountpoint[] {
  const volumes = [entry, ...asDictionaries(entry.get("Partitions")), ...asDictionaries(entry.get("APFSVolumes"))];
  return volumes.flatMap((volume) => {
    const device = `/dev/${textAt(volume, "DeviceIdentifier") ?? "?"}`;
    const snapshots = asDictionaries(volume.get("MountedSnapshots"));
    const paths = [textAt(volume, "MountPoint"), ...snapshots.map((each) => textAt(each, "SnapshotMountPoint"))];
    return paths.flatMap((path) => (path === null ? [] : [{ path, device }]));
  });
}

/** The system and its data, swap files and firmware are mounted there (`hier(7)` and APFS volume roles). */
function isSystemPath(path: string): boolean {
  return path === "/" || path === "/private/var/vm" || path.startsWith("/System/Volumes/");
}

function partitionsOf(entry: PlistDictionary): Partition[] {
  return asDictionaries(entry.get("Partitions")).flatMap((partition) => {
    const identifier = textAt(partition, "DeviceIdentifier");
    return identifier === null ? [] : [{ path: `/dev/${identifier}`, size: integerAt(partition, "Size") ?? 0 }];
  });
}

/** Whatever diskutil has a name of; which file system it is and how full, it says of each by itself alone. */
function volumesOf(entry: PlistDictionary): DriveVolume[] {
  return [entry, ...asDictionaries(entry.get("Partitions"))].flatMap((each) => {
    const identifier = textAt(each, "DeviceIdentifier");
    const label = textAt(each, "VolumeName");
    if (identifier === null || label === null || label === "") return [];
    return [{ device: `/dev/${identifier}`, fileSystem: null, label, used: null }];
  });
}

/** A RAID set's members cannot be unmounted. */
function raidHolders(identifier: string, info: PlistDictionary): string[] {
  return booleanAt(info, "RAIDSlice") === true ? [`a RAID set on /dev/${identifier}`] : [];
}

/** Volumes of CoreStorage are not unmounted with the disk. */
function coreStorageHolders({ infos }: DarwinReport, identifier: string): string[] {
  const volumes = [...infos].filter(([, info]) =>
    coreStorageStoresOf(info).some((store) => store !== null && wholeDiskOf(store) === identifier),
  );
  return volumes.map(([name]) => `a CoreStorage volume on /dev/${name}`);
}

function diskNumber(path: string): number {
  return Number(/\d+$/.exec(path)?.[0] ?? 0);
}
