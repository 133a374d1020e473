/** A target in memory that is only read, with sectors that cannot be. */
import type { DriveReader } from "../../src/drive/drive-reader.js";
import { Win7UsbError } from "../../src/errors.js";

export type Fault = (offset: number, length: number) => boolean;

export function readerOf(bytes: Uint8Array, fault: Fault = () => false): DriveReader & { readonly reads: number[] } {
  const reads: number[] = [];
  return {
    path: "memory",
    kind: "drive",
    size: bytes.length,
    alignment: 512,
    fromMedium: true,
    reads,
    async read(offset, target) {
      reads.push(offset);
      if (offset % 512 !== 0 || target.length % 512 !== 0) throw new Error(`${target.length} bytes at ${offset}`);
      if (fault(offset, target.length)) throw new Win7UsbError("write-failed", "EIO");
      target.set(bytes.subarray(offset, offset + target.length));
    },
    close: async () => undefined,
  };
}
