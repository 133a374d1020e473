/** Whether all of `bytes` are zero; told at the first byte that is not, at memcmp's speed otherwise. */
export function isAllZeros(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  // The first byte is zero, and every byte equals the one before it.
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return all[0] === 0 && all.subarray(1).equals(all.subarray(0, -1));
}
