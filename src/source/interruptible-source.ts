/** A source that a signal stops: for calls whose work is a row of reads. */
import type { ByteSource } from "./byte-source.js";

type InterruptibleSource = ByteSource & {
  /** The call that the signal is for has ended: whoever holds the source reads on, whatever becomes of the signal. */
  release(): void;
};

/** Reads of `source` reject with what `interrupted` makes once `signal` is aborted. A read under way is waited for. */
export function interruptibleSource(
  source: ByteSource,
  signal: AbortSignal,
  interrupted: () => Error,
): InterruptibleSource {
  let isReleased = false;
  const check = (): void => {
    if (signal.aborted && !isReleased) throw interrupted();
  };
  return {
    size: source.size,
    async read(offset, length) {
      check();
      const bytes = await source.read(offset, length);
      check();
      return bytes;
    },
    async readInto(offset, target) {
      check();
      await source.readInto(offset, target);
      check();
    },
    release() {
      isReleased = true;
    },
  };
}
