/** What is hashed of a disk whose bytes come in ascending order: its content as one. */
import { createHash } from "node:crypto";

/** `content`: the SHA-256 of `[0, end)`. */
export type HashTask = { readonly kind: "content"; readonly end: number };

export type TaskHash = {
  /** Bytes come in ascending order. */
  update(offset: number, bytes: Uint8Array): void;
  /** Ends the hash; throws where something is missing. */
  digest(): Uint8Array;
};

export function createTaskHash({ end }: HashTask): TaskHash {
  const hash = createHash("sha256");
  let hashed = 0;
  return {
    update(offset, bytes) {
      const count = Math.min(bytes.length, end - offset);
      if (count <= 0) return;
      if (offset !== hashed) throw new Error(`the content has a gap at byte ${hashed} of ${end}`);
      hash.update(bytes.subarray(0, count));
      hashed += count;
    },
    digest() {
      if (hashed !== end) throw new Error(`${hashed} bytes of content were hashed, expected ${end}`);
      return hash.digest();
    },
  };
}
