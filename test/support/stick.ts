/** An ordinary stick, as it is listed. */
import { GiB } from "../../src/bytes/units.js";
import type { Drive } from "../../src/drive/drive.js";

export const stick: Drive = {
  path: "/dev/sdb",
  size: 16 * GiB,
  logicalBlockSize: 512,
  model: "SanDisk Ultra",
  serial: "4C530001",
  bus: "usb",
  removable: true,
  readOnly: false,
  system: false,
  mountpoints: [],
  partitions: [{ path: "/dev/sdb1", size: 16 * GiB - 1024 }],
  holders: [],
  backingFile: null,
  sequence: 12,
};
