/** Hashes of a disk whose bytes come in ascending order: one of all its content, or one of each unit. */
import { createHash } from "node:crypto";
import type { OwnedSpan } from "../manifest/hash-units.js";
import { UnitHasher } from "../manifest/unit-hasher.js";

/** `content`: the SHA-256 of `[0, end)`. `units`: the SHA-256 of each unit, one after the other. */
export type WrittenHashTask =
  | { readonly kind: "content"; readonly end: number }
  | { readonly kind: "units"; readonly units: readonly OwnedSpan[] };

type WrittenHash = {
  /** Bytes come in ascending order. */
  update(offset: number, bytes: Uint8Array): void;
  /** Ends the hash; throws where bytes are missing. */
  digest(): Uint8Array;
};

export function createWrittenHash(task: WrittenHashTask): WrittenHash {
  return task.kind === "content" ? contentHash(task.end) : new UnitHasher(task.units);
}

function contentHash(end: number): WrittenHash {
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
