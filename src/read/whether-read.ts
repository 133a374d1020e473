/** Tells places that cannot be read, which a rescue goes on behind, from whatever else ends it. */
import { Win7UsbError } from "../errors.js";

/** False where `read` rejects with `image-unreadable`; rejects with anything else. */
export async function whetherRead(read: () => Promise<void>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (error instanceof Win7UsbError && error.code === "image-unreadable") return false;
    throw error;
  }
}
