/*
 * Canonical Huffman codes, most significant bit first, for both decoders.
 *
 * A code is decoded by one look-up of its first TABLE_BITS bits. Codewords that are longer (rare by construction) are found
 * by comparing the next 16 bits with where each length's codewords end: in a canonical code, longer codewords are greater.
 * That makes building cheap, which matters more than the rare case, because every 32 KiB of a WIM bring new codes.
 */
#ifndef HUFFMAN_H
#define HUFFMAN_H
#include "bits.h"

#define MAX_CODEWORD_LENGTH 16
#define MAX_SYMBOLS 656
#define MAX_TABLE_BITS 11

/*
 * A table entry: the symbol above, the codeword's length in the low byte. Zero means a longer codeword. NO_SYMBOL is what an
 * empty code decodes to: so large that whatever is computed from it fails the bounds that are checked anyway.
 */
#define ENTRY(symbol, length) (((symbol) << 8) | (length))
#define ENTRY_LENGTH(entry) ((entry) & 0xff)
#define ENTRY_SYMBOL(entry) ((entry) >> 8)
#define NO_SYMBOL 0x7fffff

typedef struct {
  u32 table[1 << MAX_TABLE_BITS];
  /* Symbols in the order of their codewords. */
  u16 sorted[MAX_SYMBOLS];
  /* By length: the first value of 16 bits that is above all codewords up to this length. */
  u32 limit[MAX_CODEWORD_LENGTH + 1];
  /* By length: what to add to a codeword of that length to get its place in `sorted`; may wrap around. */
  u32 bias[MAX_CODEWORD_LENGTH + 1];
} huffman;

/*
 * Builds the code of `symbols` symbols from their codeword lengths (0 = unused; at most `max_length`). The code must be
 * complete or empty; returns 0 where it is neither.
 */
INLINE int huffman_build(huffman *code, const u8 *lengths, u32 symbols, u32 table_bits, u32 max_length) {
  u32 counts[MAX_CODEWORD_LENGTH + 1];
  u32 places[MAX_CODEWORD_LENGTH + 1];
  fill_zero(counts, sizeof counts);
  for (u32 symbol = 0; symbol < symbols; symbol++) counts[lengths[symbol]]++;
  if (counts[0] == symbols) {
    for (u32 index = 0; index < 1u << table_bits; index++) code->table[index] = ENTRY(NO_SYMBOL, 1);
    return 1;
  }
  u32 first = 0;
  u32 place = 0;
  for (u32 length = 1; length <= max_length; length++) {
    places[length] = place;
    code->bias[length] = place - (first >> (16 - length));
    place += counts[length];
    first += counts[length] << (16 - length);
    code->limit[length] = first;
  }
  if (first != 1 << 16) return 0;
  for (u32 symbol = 0; symbol < symbols; symbol++) {
    if (lengths[symbol] != 0) code->sorted[places[lengths[symbol]]++] = (u16)symbol;
  }
  u32 index = 0;
  u32 *to = code->table;
  for (u32 length = 1; length <= table_bits; length++) {
    const u32 run = 1u << (table_bits - length);
    for (u32 left = counts[length]; left != 0; left--) {
      const u32 entry = ENTRY((u32)code->sorted[index++], length);
      if (run >= 2) {
        const u64 pair = entry | (u64)entry << 32;
        for (u32 at = 0; at < run; at += 2) store64((u8 *)(to + at), pair);
      } else {
        *to = entry;
      }
      to += run;
    }
  }
  while (to < code->table + (1u << table_bits)) *to++ = 0;
  return 1;
}

INLINE int huffman_is_empty(const huffman *code) { return code->table[0] == ENTRY(NO_SYMBOL, 1); }

__attribute__((noinline)) static u32 huffman_long(const huffman *code, u32 next16, u32 length) {
  while (next16 >= code->limit[length]) length++;
  return ENTRY((u32)code->sorted[(next16 >> (16 - length)) + code->bias[length]], length);
}

/* The entry for the next codeword, which is consumed. At least 16 bits must be valid. */
INLINE u32 huffman_decode(const huffman *code, bits *in, u32 table_bits) {
  u32 entry = code->table[bits_peek(in, table_bits)];
  if (UNLIKELY(entry == 0)) entry = huffman_long(code, bits_peek(in, 16), table_bits + 1);
  bits_skip(in, ENTRY_LENGTH(entry));
  return entry;
}

#endif
