/** Which disk signature was asked for: a number, or the one that follows from the drive's serial number. */
import type { WriteTarget } from "../drive/drive.js";
import { Win7UsbError } from "../errors.js";
import { signatureOfSerial } from "../volumes/identity.js";

const bySerial = "serial";

/** 32 bits in hexadecimal digits, as Windows' diskpart shows them. */
const number = /^(?:0x)?([0-9a-f]{1,8})$/i;

/**
 * Undefined where none was asked for. `targets`: of the write, or the one that is checked. Throws `usage`, and `no-serial` for a
 * target that has no serial number.
 */
export function diskSignature(asked: string | undefined, targets: readonly WriteTarget[]): number | undefined {
  if (asked === undefined) return undefined;
  if (asked.toLowerCase() === bySerial) return ofSerial(targets);
  const digits = number.exec(asked)?.[1];
  if (digits === undefined) {
    throw usage(
      `the disk signature ${JSON.stringify(asked)} is neither "${bySerial}" nor one to eight hexadecimal digits`,
    );
  }
  const signature = Number.parseInt(digits, 16);
  if (signature === 0) throw usage("the disk signature 0 is none: Windows writes one of its own over it");
  return signature;
}

/** All targets are given the same bytes, and each drive has a serial number of its own. */
function ofSerial(targets: readonly WriteTarget[]): number | undefined {
  if (targets.length > 1)
    throw usage("a disk signature from a serial number is one drive's: write the targets one by one");
  const [target] = targets;
  // Refused for what it is.
  if (target === undefined) return undefined;
  const serial = target.kind === "drive" ? (target.drive.serial ?? "") : "";
  if (serial !== "") return signatureOfSerial(serial);
  const what = target.kind === "drive" ? "tells no serial number" : "is no drive and has no serial number";
  throw new Win7UsbError("no-serial", `${target.path} ${what} to make a disk signature from`, {
    hint: "Give the disk signature as a number, such as 1a2b3c4d.",
    data: { target: target.path },
  });
}

function usage(message: string): Win7UsbError {
  return new Win7UsbError("usage", message, { data: { choice: "signature" } });
}
