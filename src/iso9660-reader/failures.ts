/** How this reader fails: each error names the structure, the value seen and the value expected. */
import { exactSize } from "../bytes/amounts.js";
import type { RecordDecoder } from "../bytes/record.js";
import { Win7UsbError } from "../errors.js";

const fetchAgain = "The image is damaged or incomplete: fetch it again and compare its checksum with the publisher's.";

/** `image-damaged`: a structure contradicts its specification. */
export function damaged(message: string, data: Record<string, unknown> = {}): Win7UsbError {
  return new Win7UsbError("image-damaged", message, { hint: fetchAgain, data });
}

/** `image-unsupported`: legal by its specification, but not read by this reader. */
export function unsupported(message: string, data: Record<string, unknown> = {}): Win7UsbError {
  return new Win7UsbError("image-unsupported", message, {
    hint: "The image was made in an unusual way: use the original image, or make it again with plain options.",
    data,
  });
}

/** `image-unsupported`: above a bound of `limits.ts`, which an image that is sound may be. */
export function aboveLimit(message: string, data: Record<string, unknown> = {}): Win7UsbError {
  return new Win7UsbError("image-unsupported", `${message}: a limit of win7usb, not damage`, {
    hint: "Windows' own discs stay far below it: use the original image, or leave out what was added to it.",
    data,
  });
}

/** `image-truncated`: `what` needs bytes behind the end of the image. */
export function truncated(what: string, end: number, size: number): Win7UsbError {
  return new Win7UsbError(
    "image-truncated",
    `the image has ${exactSize(size)}, but ${what} ends at byte ${end}; missing: ${exactSize(end - size)}`,
    { hint: fetchAgain, data: { what, size, end, missingBytes: end - size } },
  );
}

/**
 * Whether what was read, or could not be read, is at fault: then a copy of it may do. What else is thrown, such as that
 * somebody interrupted, ends the reading.
 */
export function isOfImage(error: unknown): error is Win7UsbError {
  return error instanceof Win7UsbError && error.code.startsWith("image-");
}

/** For a copy that fails, too: where `first` was unsupported, the image may be sound, and that is what is thrown. */
export function unlessLimit(first: Win7UsbError): (error: unknown) => never {
  return (error) => {
    throw isOfImage(error) && first.code === "image-unsupported" ? first : error;
  };
}

/** Decodes a record; what lies outside of `bytes`, or is above 2^53 - 1, is `image-damaged` and names `what`. */
export function decodeChecked<T>(layout: RecordDecoder<T>, bytes: Uint8Array, offset: number, what: string): T {
  try {
    return layout.decode(bytes, offset);
  } catch (error) {
    if (error instanceof RangeError) throw damaged(`${what} is no valid ${layout.name}: ${error.message}`);
    throw error;
  }
}
