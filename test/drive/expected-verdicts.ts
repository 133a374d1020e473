/**
 * The guard's verdicts on recorded drives: system, recording, drive, refusals in their order. A drive that carries the
 * running system, in whatever way, is `system-disk`; a stick that is free or only mounted has none.
 */

export type Platform = "linux" | "darwin" | "win32";

type Verdicts = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const linux: Verdicts = {
  bcache: {
    "/dev/nvme0n1": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
  },
  "btrfs-two-disks": {
    "/dev/sda": ["system-disk", "fixed-disk"],
    "/dev/sdb": ["system-disk", "fixed-disk"],
    "/dev/sdc": [],
    "/dev/sdd": [],
  },
  "card-readers": {
    "/dev/mmcblk0": [],
    "/dev/sda": ["system-disk", "fixed-disk"],
    "/dev/sdd": [],
  },
  "hidden-root": {
    "/dev/mmcblk0": ["target-in-use"],
    "/dev/sda": ["target-in-use"],
    "/dev/sdb": [],
  },
  "live-debian": {
    "/dev/loop0": ["system-disk", "target-read-only", "fixed-disk"],
    "/dev/sda": ["fixed-disk", "large-disk"],
    "/dev/sdb": [],
    "/dev/sdc": ["system-disk", "target-in-use"],
  },
  "live-diskless": {
    "/dev/loop0": ["system-disk", "target-read-only", "fixed-disk"],
    "/dev/sda": ["fixed-disk", "large-disk"],
    "/dev/sdb": ["system-disk", "target-in-use"],
  },
  "live-stale-layers": {
    "/dev/loop0": ["system-disk", "target-read-only", "fixed-disk"],
    "/dev/sda": ["fixed-disk", "large-disk"],
    "/dev/sdb": ["system-disk", "target-in-use"],
    "/dev/sdc": [],
  },
  "live-ventoy": {
    "/dev/loop0": ["system-disk", "target-read-only", "fixed-disk"],
    "/dev/sda": ["fixed-disk", "large-disk"],
    "/dev/sdb": ["system-disk", "target-in-use"],
  },
  "luks-lvm-nvme": {
    "/dev/mmcblk0": [],
    "/dev/nvme0n1": ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
    "/dev/nvme0n2": ["sector-size", "fixed-disk"],
    "/dev/sda": ["fixed-disk"],
  },
  "lvm-two-disks": {
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdb": ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
    "/dev/sdc": ["large-disk"],
    "/dev/sdd": [],
  },
  multipath: {
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdb": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdc": ["fixed-disk"],
  },
  raid1: {
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdb": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdc": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdd": ["target-read-only"],
  },
  "sata-desktop": {
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/sdb": ["fixed-disk", "large-disk"],
    "/dev/sdc": [],
  },
  "sd-root": {
    "/dev/mmcblk0": ["system-disk"],
    "/dev/sda": [],
    "/dev/sdb": ["large-disk"],
  },
  "sticks-in-use": {
    "/dev/loop0": ["target-read-only", "fixed-disk"],
    "/dev/sda": ["system-disk", "fixed-disk"],
    "/dev/sdb": ["target-in-use"],
    "/dev/sdc": [],
    "/dev/sdd": ["target-in-use"],
    "/dev/sde": ["target-in-use"],
  },
  "swap-elsewhere": {
    "/dev/sda": ["system-disk", "fixed-disk"],
    "/dev/sdb": ["system-disk", "fixed-disk", "large-disk"],
    "/dev/sdc": ["system-disk", "target-in-use"],
    "/dev/sdd": [],
  },
  "usb-root": {
    "/dev/nvme0n1": ["fixed-disk", "large-disk"],
    "/dev/sda": ["system-disk", "large-disk"],
    "/dev/sdb": [],
    "/dev/sdc": [],
  },
  "virtio-server": {
    "/dev/loop0": ["fixed-disk"],
    "/dev/loop1": ["target-read-only", "fixed-disk"],
    "/dev/nbd0": ["fixed-disk"],
    "/dev/sda": ["fixed-disk"],
    "/dev/sdb": ["sector-size", "fixed-disk"],
    "/dev/sdc": ["fixed-disk"],
    "/dev/vda": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/vdb": ["system-disk", "target-in-use", "fixed-disk"],
    "/dev/vdc": ["target-read-only", "fixed-disk"],
  },
  "drivelist/bb-drivelist-linux": {
    "/dev/nvme0n1": ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
  },
  "drivelist/drivelist-linux": {
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
  },
  "drivelist/drivelist-303": {
    "/dev/sda": ["system-disk", "target-in-use", "fixed-disk", "large-disk"],
    "/dev/mmcblk0": ["system-disk", "fixed-disk"],
  },
};

const darwin: Verdicts = {
  "cruzer-fit": {
    "/dev/disk0": ["system-disk", "fixed-disk", "large-disk"],
    "/dev/disk2": [],
  },
  tahoe: {
    "/dev/disk0": ["system-disk", "fixed-disk", "large-disk"],
    "/dev/disk4": [],
  },
  "usb-ide-adapter": {
    "/dev/disk0": ["system-disk", "fixed-disk", "large-disk"],
    "/dev/disk2": [],
  },
  "virtualbox-hfs": {
    "/dev/disk0": ["system-disk", "fixed-disk"],
  },
  "drivelist-213": {
    "/dev/disk2": [],
  },
  "drivelist-132": {
    "/dev/disk3": ["large-disk"],
  },
  "etcher-1788": {
    "/dev/disk2": [],
  },
  "etcher-2188": {
    "/dev/disk2": [],
  },
  "fix-usb-sleep-7": {
    "/dev/disk2": ["large-disk"],
  },
};

const win32: Verdicts = {
  "github-windows-latest": {
    "\\\\.\\PhysicalDrive0": ["system-disk", "fixed-disk"],
    "\\\\.\\PhysicalDrive1": ["fixed-disk"],
    "\\\\.\\PhysicalDrive2": ["fixed-disk"],
  },
  "ansible-51595": {
    "\\\\.\\PhysicalDrive0": ["system-disk", "fixed-disk"],
  },
  "drivelist/drivelist-readme": {
    "\\\\.\\PhysicalDrive0": ["system-disk", "fixed-disk"],
    "\\\\.\\PhysicalDrive4": [],
    "\\\\.\\PhysicalDrive2": ["large-disk"],
    "\\\\.\\PhysicalDrive1": ["system-disk", "fixed-disk"],
    "\\\\.\\PhysicalDrive3": ["large-disk"],
  },
  "drivelist/snowfs-78": {
    "\\\\.\\PhysicalDrive0": ["system-disk", "fixed-disk", "large-disk"],
  },
  "drivelist/drivelist-466": {
    "\\\\.\\PhysicalDrive1": [],
  },
  "drivelist/hot-plug-sata": {
    "\\\\.\\PhysicalDrive3": [],
    "\\\\.\\PhysicalDrive1": ["fixed-disk", "large-disk"],
    "\\\\.\\PhysicalDrive2": ["system-disk", "fixed-disk", "large-disk"],
    "\\\\.\\PhysicalDrive0": ["fixed-disk", "large-disk"],
  },
  "drivelist/drivelist-263": {
    "\\\\.\\PhysicalDrive0": ["system-disk", "fixed-disk", "large-disk"],
  },
  "drivelist/bb-drivelist-windows": {
    "\\\\.\\PhysicalDrive0": ["system-disk", "fixed-disk", "large-disk"],
  },
};

export const expectedVerdicts: Readonly<Record<Platform, Verdicts>> = { linux, darwin, win32 };
