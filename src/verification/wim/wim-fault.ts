/** Which errors say something of a WIM; a drive that cannot be read, or a person who interrupts, says nothing of it. */
import { Win7UsbError } from "../../errors.js";

const codes: readonly string[] = ["wim-damaged", "wim-unsupported", "image-truncated"];

export function isAboutTheWim(error: unknown): error is Win7UsbError {
  return error instanceof Win7UsbError && codes.includes(error.code);
}
