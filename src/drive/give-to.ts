/** Bytes to a stream, one piece after the other. */
import type { Writable } from "node:stream";

/** Resolves when whoever is behind the stream has taken the bytes, whose memory may be used again; rejects as the stream fails. */
export function giveTo(output: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(bytes, (error) => (error instanceof Error ? reject(error) : resolve()));
  });
}
