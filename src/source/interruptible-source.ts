/** A source whose reads a signal ends. */
import type { ByteSource } from "./byte-source.js";
import type { Interruption } from "./interruption.js";

/** `source` with reads that `interruption` ends, even while they are pending. */
export function interruptibleSource(source: ByteSource, interruption: Interruption): ByteSource {
  return {
    size: source.size,
    read: (offset, length) => interruption.run(() => source.read(offset, length)),
    readInto: (offset, target) => interruption.run(() => source.readInto(offset, target)),
  };
}
