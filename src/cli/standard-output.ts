/** Standard output as a target: `win7usb write win7.iso - | ...`. Nothing else may be on it then (stream-operand.ts). */
import { fstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import { isatty } from "node:tty";
import { Win7UsbError } from "../errors.js";
import type { StreamTarget } from "../drive/drive.js";
import { streamOperand } from "./stream-operand.js";

const descriptor = 1;

/** Throws `usage` where nobody could do anything with a disk there, unless it is a dry run. */
export function streamTarget(isDryRun: boolean): StreamTarget {
  const target = { kind: "stream", path: streamOperand, output: process.stdout } as const;
  if (isDryRun) return target;
  if (isatty(descriptor)) {
    throw new Win7UsbError("usage", "standard output is a terminal, and a disk is nothing to be read there", {
      hint: "Send it into a file or a program: win7usb write <iso> - > usb.img",
    });
  }
  if (fstatSync(descriptor).isBlockDevice()) {
    throw new Win7UsbError("usage", "standard output is a drive, and would be written without any question", {
      hint: "Name the drive itself as the target.",
    });
  }
  return target;
}

/** Throws `source-drive` where the disk would be written into the image that it is made of. */
export async function requireOtherThanStandardOutput(imagePath: string): Promise<void> {
  const out = fstatSync(descriptor, { bigint: true });
  const image = await stat(imagePath, { bigint: true });
  if (!out.isFile() || out.dev !== image.dev || out.ino !== image.ino) return;
  throw new Win7UsbError("source-drive", `standard output is ${imagePath} itself`, {
    hint: "Send the disk into another file.",
    data: { target: streamOperand },
  });
}
