/** Disks in the files of virtual machines, as data: `containerFor` wraps one, `readContainer` finds the disk in such a file. */
import { Win7UsbError } from "../errors.js";
import { exactSize } from "../bytes/amounts.js";
import { mostBlocks } from "./container.js";
import type { Container, WrappedDisk } from "./container.js";
import type { ContainerFormat, WrappedFormat } from "./formats.js";
import { containerFormats } from "./formats.js";
import { qcow2 } from "./qcow2.js";
import { vdi } from "./vdi.js";
import { dynamicVhd, fixedVhd, largestVhd } from "./vhd.js";
import { vhdx } from "./vhdx.js";
import { vmdk } from "./vmdk.js";

export { mappedPieces, nowhere } from "./container.js";
export { containerFormats };
export { isCompressed } from "./formats.js";
export type { CompressedFormat, ContainerFormat, WrappedFormat } from "./formats.js";
export type { BlockMap, Container, ReadContainer, WrappedDisk } from "./container.js";
export { readContainer, readMapped } from "./read-container.js";

type Wrapping = {
  readonly wrap: (disk: WrappedDisk) => Container;
  /** Bytes of the largest disk. */
  readonly largest: number;
};

const wrappings: Readonly<Record<WrappedFormat, Wrapping>> = {
  vhd: { wrap: dynamicVhd, largest: largestVhd },
  "vhd-fixed": { wrap: fixedVhd, largest: largestVhd },
  vhdx: { wrap: vhdx, largest: mostBlocks * 2 ** 21 },
  qcow2: { wrap: qcow2, largest: mostBlocks * 2 ** 21 },
  vmdk: { wrap: vmdk, largest: mostBlocks * 2 ** 16 },
  vdi: { wrap: vdi, largest: mostBlocks * 2 ** 20 },
};

/** Throws `target-unsupported` for a disk that is larger than the format or its tables can be. */
export function containerFor(format: WrappedFormat, disk: WrappedDisk): Container {
  const { wrap, largest } = wrappings[format];
  if (disk.diskSize % 512 !== 0) {
    const message = `${disk.fileName} as ${format} holds whole sectors of 512 bytes, but the disk has ${disk.diskSize} bytes`;
    throw new Win7UsbError("target-unsupported", message, { hint: "Choose a size of whole sectors, or leave it out." });
  }
  if (disk.diskSize <= largest) return wrap(disk);
  throw new Win7UsbError(
    "target-unsupported",
    `${disk.fileName} as ${format} can hold ${exactSize(largest)}, but the disk has ${exactSize(disk.diskSize)}`,
    { hint: "Choose a smaller size, or another format.", data: { format, largest, size: disk.diskSize } },
  );
}

/** The format that the ending of a file's name has the name of: `raw` for all others. A fixed VHD has no ending of its own. */
export function formatByName(path: string): ContainerFormat {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase();
  return containerFormats.find((format) => format === ending) ?? "raw";
}
