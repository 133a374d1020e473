/**
 * Drives of Linux, from its block devices: which of them are drives, what is mounted from each through all layers (dm-crypt,
 * LVM, md), and which hold the running system. Pure, on the result of `readLinuxDevices`.
 */
import type { Drive, Mountpoint } from "./drive.js";
import type { BlockDevice, LinuxDevices } from "./linux-devices.js";
import type { DriveAttributes } from "./linux-attributes.js";
import { mountOf, type Mount } from "./linux-mounts.js";

/** Mount points of the running system. */
const systemPaths = new Set([
  "/",
  "/boot",
  "/boot/efi",
  "/boot/firmware",
  "/efi",
  "/usr",
  "/var",
  "/home",
  "/nix",
  "/nix/store",
  "/gnu/store",
  "/sysroot",
  // Where live systems keep their medium or a part of it: casper, NixOS, Alpine.
  "/cdrom",
  "/isodevice",
  "/iso",
  "/nix/.ro-store",
  "/.modloop",
]);

/** The same for all below: live-boot, dracut, archiso, KIWI, Slax. */
const systemFolders = [
  "/run/live/",
  "/lib/live/mount/",
  "/run/initramfs/",
  "/run/archiso/",
  "/run/overlay/",
  "/mnt/live/",
];

/** Built in memory, on other devices, or a part of one with no partition number (eMMC's boot areas): never a drive. */
const notDrives = /^(?:zram|ram|dm-|md|sr|fd|nbd-?control|drbd|zd|mmcblk\d+(?:boot|rpmb|gp))/;

/** An optical drive's SCSI peripheral device type (SPC-4 6.4.2). */
const opticalType = "5";

/** Every drive that holds a medium. */
export function drivesOfLinux(system: LinuxDevices): Drive[] {
  const systemNames = systemDevices(system);
  const loops = loopsByMount(system);
  const drives: Drive[] = [];
  for (const device of system.devices.values()) {
    if (isDrive(device) && !system.looped.has(device.name)) drives.push(describe(system, device, systemNames, loops));
  }
  return drives.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function isDrive(device: BlockDevice): boolean {
  const { drive, slaves } = device;
  if (drive === null || device.size === 0 || drive.deviceType === opticalType || slaves.length > 0) return false;
  return !notDrives.test(device.name);
}

export function devicePath(name: string): string {
  return `/dev/${name.replaceAll("!", "/")}`;
}

function describe(
  system: LinuxDevices,
  device: BlockDevice,
  systemNames: ReadonlySet<string>,
  loops: LoopsByMount,
): Drive {
  const attributes = device.drive!;
  const partitions = [...system.devices.values()].filter(({ parent }) => parent === device.name);
  const own = [device, ...partitions];
  const above = devicesAbove(system, own, loops);
  const bus = busOf(device.name, attributes);
  // virtio gives its PCI vendor id in vendor's place.
  const model = [attributes.vendor, attributes.model]
    .filter((part) => part !== null && !part.startsWith("0x"))
    .join(" ");
  return {
    path: devicePath(device.name),
    size: device.size,
    logicalBlockSize: attributes.logicalBlockSize,
    model: model === "" ? null : model,
    serial: attributes.serial,
    bus,
    removable: pluggedBuses.has(bus) || (attributes.removable && !fixedBuses.has(bus)),
    readOnly: device.readOnly,
    system: [...own, ...above].some(({ name }) => systemNames.has(name)),
    mountpoints: [...own, ...above].flatMap((each) => mountpointsOf(system, each)),
    partitions: partitions.map(({ name, size }) => ({ path: devicePath(name), size })),
    holders: [...above.map(({ name }) => devicePath(name)), ...mountsElsewhere(system, [...own, ...above])],
    backingFile: attributes.backingFile,
    sequence: attributes.sequence,
    ...usbPort(attributes),
  };
}

/** A device below `usb2` is called by its bus and ports, an interface of it with a colon (Documentation/ABI/stable/sysfs-bus-usb). */
function usbPort({ location }: DriveAttributes): Pick<Drive, "port"> {
  const port = location.split("/").findLast((step) => /^\d+-\d+(?:\.\d+)*$/.test(step));
  return port === undefined || !/\/usb\d+\//.test(location) ? {} : { port };
}

/** Buses of external drives, whatever their `removable` says. */
const pluggedBuses = new Set(["usb", "mmc", "firewire"]);
/** Internal disks on hot-plug ports report that they are removable. */
const fixedBuses = new Set(["sata", "loop"]);

function busOf(name: string, { location, deviceType }: DriveAttributes): string {
  if (name.startsWith("loop")) return "loop";
  if (/\/usb\d+\//.test(location)) return "usb";
  if (/\/fw\d+\//.test(location)) return "firewire";
  if (/\/nvme\d+/.test(location)) return "nvme";
  if (/\/mmc\d+/.test(location)) return deviceType === "MMC" ? "emmc" : "mmc";
  if (/\/ata\d+\//.test(location)) return "sata";
  if (/\/virtio\d+\//.test(location)) return "virtio";
  if (/\/host\d+\//.test(location)) return "scsi";
  return name.startsWith("nbd") ? "nbd" : "unknown";
}

/** Names of the loop devices whose files lie on a mount. */
type LoopsByMount = ReadonlyMap<Mount, readonly string[]>;

function loopsByMount(system: LinuxDevices): LoopsByMount {
  const loops = new Map<Mount, string[]>();
  for (const { name, drive } of system.devices.values()) {
    const file = drive?.backingFile ?? null;
    const mount = file === null || system.looped.has(name) ? undefined : mountOf(system.mounts, file);
    if (mount !== undefined) loops.set(mount, [...(loops.get(mount) ?? []), name]);
  }
  return loops;
}

/** What is built on `devices`, through every layer, each once; loop devices over files on them are as well. */
function devicesAbove(system: LinuxDevices, devices: readonly BlockDevice[], loops: LoopsByMount): BlockDevice[] {
  const buildersOn = (device: BlockDevice): string[] => [
    ...device.holders,
    ...[...loops].flatMap(([mount, names]) => (isOn(system, mount, device) ? names : [])),
    ...[...system.looped].flatMap(([loop, below]) => (below === device.name ? [loop] : [])),
  ];
  const found = new Map<string, BlockDevice>();
  const queue = devices.flatMap(buildersOn);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const device = system.devices.get(name);
    if (device === undefined || found.has(name)) continue;
    found.set(name, device);
    queue.push(...buildersOn(device));
    for (const partition of system.devices.values()) if (partition.parent === name) queue.push(partition.name);
  }
  return [...found.values()];
}

/** Of file systems below a root that was changed, and of other namespaces: a container's host, a sandbox. */
function mountsElsewhere(system: LinuxDevices, devices: readonly BlockDevice[]): string[] {
  const hidden = devices.filter(
    (device) => system.mounted.has(device.name) && !system.mounts.some((mount) => isOn(system, mount, device)),
  );
  return hidden.map(({ name }) => `a file system on ${devicePath(name)} that is mounted elsewhere`);
}

function mountpointsOf(system: LinuxDevices, device: BlockDevice): Mountpoint[] {
  const mounted = system.mounts.filter((mount) => isOn(system, mount, device));
  const points = mounted.map(({ path }) => ({ path, device: devicePath(device.name) }));
  const swapped = system.swaps.some((path) => system.names.get(path) === device.name);
  return swapped ? [...points, { path: "[SWAP]", device: devicePath(device.name) }] : points;
}

/** btrfs and others mount with a device number of their own, so the source counts as well, and all beside it. */
function isOn({ names, fileSystems }: LinuxDevices, mount: Mount, device: BlockDevice): boolean {
  if (mount.deviceNumber === device.deviceNumber) return true;
  const sources = mount.sources.map((source) => names.get(source) ?? "");
  if (sources.includes(device.name)) return true;
  return fileSystems.some((members) => members.includes(device.name) && sources.some((each) => members.includes(each)));
}

function isSystemPath(path: string): boolean {
  return systemPaths.has(path) || systemFolders.some((folder) => path.startsWith(folder));
}

/** Names of all devices that carry the running system: what is mounted at its paths or swapped on, and all under it. */
function systemDevices(system: LinuxDevices): Set<string> {
  const mounts = system.mounts.filter(({ path }) => isSystemPath(path));
  const devices: BlockDevice[] = [];
  for (const path of system.swaps) {
    const device = system.devices.get(system.names.get(path) ?? "");
    if (device !== undefined) devices.push(device);
    else mounts.push(...mountsOf(system, path));
  }
  return devicesUnder(system, mounts, devices);
}

/** Paths of the drives that a file (absolute, links resolved) lies on, or that a device is or is built on. */
export function drivesUnder(system: LinuxDevices, holder: string | BlockDevice): string[] {
  const names =
    typeof holder === "string"
      ? devicesUnder(system, mountsOf(system, holder), [])
      : devicesUnder(system, [], [holder]);
  return [...names].filter((name) => system.devices.get(name)?.drive !== null).map(devicePath);
}

function mountsOf(system: LinuxDevices, path: string): Mount[] {
  const mount = mountOf(system.mounts, path);
  return mount === undefined ? [] : [mount];
}

/** Names of the devices under these, down through overlays, files behind loop devices, dm, md and partitions. */
function devicesUnder(system: LinuxDevices, mounts: readonly Mount[], devices: readonly BlockDevice[]): Set<string> {
  const found = new Set<string>();
  const seenMounts = new Set<Mount>();
  const addDevice = (device: BlockDevice): void => {
    if (found.has(device.name)) return;
    found.add(device.name);
    const backing = system.looped.get(device.name) ?? null;
    for (const name of [...device.slaves, device.parent, backing]) {
      const below = name === null ? undefined : system.devices.get(name);
      if (below !== undefined) addDevice(below);
    }
    const file = device.drive?.backingFile ?? null;
    if (file !== null && backing === null) mountsOf(system, file).forEach(addMount);
  };
  const addMount = (mount: Mount): void => {
    if (seenMounts.has(mount)) return;
    seenMounts.add(mount);
    for (const device of system.devices.values()) if (isOn(system, mount, device)) addDevice(device);
    for (const layer of mount.layers) mountsOf(system, layer).forEach(addMount);
  };
  mounts.forEach(addMount);
  devices.forEach(addDevice);
  return found;
}
