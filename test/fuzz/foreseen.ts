/** Which failures a reader may have: those that it foresees. Anything else is a find. */
import { Win7UsbError } from "../../src/errors.js";
import { VolumeFault } from "../../src/volumes/volume-fault.js";

/** Longer ones tell nobody anything, and hostile text fills them. */
const longestMessage = 4096;

// Most inputs end in an error, and taking its stack costs more than the rest. `--input` shows the stack of a find.
if (process.env["FUZZING"] !== undefined) Error.stackTraceLimit = 0;

/** What `work` gives, or undefined where it fails as it may; rejects with whatever else it throws. */
export async function foreseen<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    return forgive(error);
  }
}

/** The same for what does not wait: a fuzzer tries more inputs where it need not. */
export function foreseenNow<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    return forgive(error);
  }
}

function forgive(error: unknown): undefined {
  if (!isForeseen(error)) throw error;
  checkText(error.message);
}

/** `VolumeFault` is what readers of volumes have in place of an error of their own: `check` makes a finding of it. */
function isForeseen(error: unknown): error is Error {
  if (error instanceof VolumeFault) return true;
  return error instanceof Win7UsbError && error.code !== "internal" && error.code !== "usage";
}

export function checkText(text: string): void {
  if (text.length > longestMessage) throw new Error(`a message of ${text.length} characters: ${text.slice(0, 80)}...`);
}
