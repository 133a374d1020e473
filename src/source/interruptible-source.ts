/** A source that a signal stops: for calls whose work is a row of reads. */
import type { ByteSource } from "./byte-source.js";
import type { Interruption } from "./interruption.js";

/** Reads of `source` that `interruption` ends, those under way too. */
export function interruptibleSource(source: ByteSource, interruption: Interruption): ByteSource {
  return {
    size: source.size,
    read: (offset, length) => interruption.run(() => source.read(offset, length)),
    readInto: (offset, target) => interruption.run(() => source.readInto(offset, target)),
  };
}
