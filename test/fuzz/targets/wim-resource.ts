/**
 * A resource of a WIM, chunk by chunk: its table, its chunks, and what the decoders make of them. In front stand how it is
 * compressed, its chunk size, flags and original size.
 */
import { uint32le, uint8 } from "../../../src/bytes/fields.js";
import { record } from "../../../src/bytes/record.js";
import { memorySource } from "../../../src/source/byte-source.js";
import { createResourceReader } from "../../../src/wim/compression/resource-reader.js";
import { foreseen } from "../foreseen.js";

export const fuzzedResource = record("fuzzed resource", 7, {
  form: uint8(0),
  chunkOrder: uint8(1),
  flags: uint8(2),
  originalSize: uint32le(3),
});

export const fuzzedForms = ["none", "xpress", "lzx", "lzms"] as const;
export const pipableForm = 4;
/** Of chunk sizes, as powers of two: both decoders' together. */
export const smallestOrder = 12;
const orders = 11;
/** Bytes; what is larger only takes longer. */
const largestResource = 2 ** 24;

export async function fuzz(input: Uint8Array): Promise<void> {
  const data = Uint8Array.from(input);
  if (data.length < fuzzedResource.size) return;
  const { form, chunkOrder, flags, originalSize: claimed } = fuzzedResource.decode(data);
  const originalSize = claimed % largestResource;
  const compression = fuzzedForms[form % fuzzedForms.length]!;
  const chunkSize = 2 ** (smallestOrder + (chunkOrder % orders));
  const source = memorySource(data);
  const format = { name: "a.wim", compression, chunkSize, pipable: (form & pipableForm) !== 0 };
  const resource = { offset: fuzzedResource.size, size: data.length - fuzzedResource.size, flags, originalSize };
  let read = 0;
  const done = await foreseen(async () => {
    await createResourceReader(source, format).read(resource, (content) => (read += content.length));
    return true;
  });
  if (done === true && read !== originalSize) throw new Error(`${read} bytes were read of ${originalSize}`);
}
