/** A source in memory that tells of every read before it is done, which may throw. */
import type { ByteSource } from "../../src/source/byte-source.js";
import { memorySource } from "../../src/source/byte-source.js";

/** `index` counts the reads from 0; lengths in bytes. */
export type OnRead = (index: number, offset: number, length: number) => void;

export function watchedSource(bytes: Uint8Array, onRead: OnRead): ByteSource {
  const source = memorySource(bytes);
  let count = 0;
  const tell = (offset: number, length: number): void => {
    count += 1;
    onRead(count - 1, offset, length);
  };
  return {
    size: source.size,
    async read(offset, length) {
      tell(offset, length);
      return source.read(offset, length);
    },
    async readInto(offset, target) {
      tell(offset, target.length);
      return source.readInto(offset, target);
    },
  };
}
