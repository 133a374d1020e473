/** Reads that may fail. */
import { Win7UsbError } from "../errors.js";

type Readable = { read(offset: number, target: Uint8Array): Promise<void> };

/** Fills `target`; false where the drive gives an error. */
export async function couldRead(drive: Readable, offset: number, target: Uint8Array): Promise<boolean> {
  try {
    await drive.read(offset, target);
    return true;
  } catch (error) {
    if (error instanceof Win7UsbError) return false;
    throw error;
  }
}
