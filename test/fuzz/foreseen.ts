/** Which failures a reader may have: those that it foresees. Anything else is a find. */
import { Win7UsbError } from "../../src/errors.js";

/** Longer ones tell nobody anything, and hostile text fills them. */
const longestMessage = 4096;

// Most inputs end in an error, and taking its stack costs more than the rest. `--input` shows the stack of a find.
if (process.env["FUZZING"] !== undefined) Error.stackTraceLimit = 0;

/** What a reader throws beside Win7UsbError for its callers to make a finding of. */
type Failure = abstract new (...parameters: never[]) => Error;

/** What `work` gives, or undefined where it fails as it may; rejects with whatever else it throws. */
export async function foreseen<T>(work: () => Promise<T>, ...own: readonly Failure[]): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    return forgive(error, own);
  }
}

/** The same for what does not wait: a fuzzer tries more inputs where it need not. */
export function foreseenNow<T>(work: () => T, ...own: readonly Failure[]): T | undefined {
  try {
    return work();
  } catch (error) {
    return forgive(error, own);
  }
}

function forgive(error: unknown, own: readonly Failure[]): undefined {
  if (!isForeseen(error, own)) throw error;
  checkText(error.message);
}

function isForeseen(error: unknown, own: readonly Failure[]): error is Error {
  if (own.some((failure) => error instanceof failure)) return true;
  return error instanceof Win7UsbError && error.code !== "internal" && error.code !== "usage";
}

export function checkText(text: string): void {
  if (text.length > longestMessage) throw new Error(`a message of ${text.length} characters: ${text.slice(0, 80)}...`);
}
