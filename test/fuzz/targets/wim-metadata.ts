/** An image's metadata: walked, and decoded to a tree whose bytes are the same again. */
import { decodeMetadata } from "../../../src/wim/metadata-decode.js";
import { encodeMetadata } from "../../../src/wim/metadata-encode.js";
import { walkMetadata } from "../../../src/wim/metadata-walk.js";
import { foreseenNow } from "../foreseen.js";

const at = { name: "a.wim" };

export function fuzz(input: Uint8Array): void {
  const data = Uint8Array.from(input);
  foreseenNow(() =>
    walkMetadata(data, at, (entry) => {
      entry.path();
      for (const stream of entry.streams) entry.pathOf(stream);
    }),
  );
  const decoded = foreseenNow(() => decodeMetadata(data, at));
  if (decoded === undefined) return;
  if (Buffer.compare(encodeMetadata(decoded, at), data) !== 0) throw new Error("encoded again it is something else");
}
