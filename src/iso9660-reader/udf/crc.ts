/** ECMA-167 7.2.6: the CRC-ITU-T of a descriptor, polynomial x^16 + x^12 + x^5 + 1, from 0, high bit first. */
const polynomial = 0x1021;

const table = new Uint16Array(256);
for (let byte = 0; byte < table.length; byte += 1) {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1;
  table[byte] = crc;
}

/** The CRC of `bytes[start, end)`. */
export function descriptorCrc(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let index = start; index < end; index += 1) {
    crc = ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ bytes[index]!]!;
  }
  return crc;
}
