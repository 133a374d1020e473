/** The attributes of a Linux drive, from its folder in sysfs. */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { numberOr, sysfsSector, text } from "./linux-sysfs.js";

export type DriveAttributes = {
  readonly logicalBlockSize: number;
  readonly removable: boolean;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  /** Where it is attached: the resolved path below /sys/devices. */
  readonly location: string;
  readonly backingFile: string | null;
  readonly sequence: number | null;
  /** SCSI's peripheral device type as a decimal number, or `SD` and `MMC` for cards and soldered chips. */
  readonly deviceType: string | null;
};

/** Of the device whose folder in sysfs this is. */
export async function readAttributes(folder: string): Promise<DriveAttributes> {
  const read = (name: string): Promise<string | null> => text(join(folder, name));
  const location = await realpath(folder);
  const vendor = await read("device/vendor");
  const [blockSize, removable, sequence, deviceType] = await Promise.all([
    read("queue/logical_block_size"),
    read("removable"),
    read("diskseq"),
    read("device/type"),
  ]);
  return {
    logicalBlockSize: numberOr(blockSize, sysfsSector),
    removable: removable === "1",
    // What stands in the vendor's place for every ATA disk (SAT-4 10.3.2).
    vendor: vendor === "ATA" ? null : vendor,
    model: (await read("device/model")) ?? (await read("device/name")),
    serial:
      (await read("serial")) ??
      (await read("device/serial")) ??
      (await usbSerial(location)) ??
      (await scsiSerial(join(folder, "device"))),
    location,
    backingFile: await read("loop/backing_file"),
    sequence: sequence === null ? null : numberOr(sequence, 0),
    deviceType,
  };
}

/** A USB drive's serial number is its device's, some folders above the disk: the first that has a vendor id beside it. */
async function usbSerial(location: string): Promise<string | null> {
  const steps = location.split("/");
  const bus = steps.findIndex((step) => /^usb\d+$/.test(step));
  if (bus < 0) return null;
  for (let depth = steps.length - 1; depth > bus; depth -= 1) {
    const folder = steps.slice(0, depth).join("/");
    if ((await text(join(folder, "idVendor"))) !== null) return text(join(folder, "serial"));
  }
  return null;
}

/** SPC-4 7.8.12, the unit serial number page: its text follows a header of four bytes. */
async function scsiSerial(folder: string): Promise<string | null> {
  const page = await text(join(folder, "vpd_pg80"));
  const serial = page?.slice(4).replaceAll("\0", "").trim() ?? "";
  return serial === "" ? null : serial;
}
