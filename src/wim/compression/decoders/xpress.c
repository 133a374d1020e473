/*
 * XPRESS Huffman, [MS-XCA] 2.2, as WIMs use it: a chunk is one block with one code. Its trap is that bytes of long match
 * lengths lie between the 16-bit units of the bit stream, at the place where a decoder stands that always holds at least 16
 * bits ahead and loads a unit only when it has fewer. This one reads further ahead and steps back for them.
 */
#include "huffman.h"

#define MIN_MATCH 3
#define LITERALS 256
#define SYMBOLS 512
#define END_OF_DATA 256
#define TABLE_BITS 11
#define MAX_LENGTH 15
#define CODE_LENGTHS_SIZE (SYMBOLS / 2)

static huffman code;

/* Gives back the units that a decoder which reads ahead 16 bits would not have loaded yet; returns where it stands. */
INLINE const u8 *step_back(bits *in) {
  const u32 units = (in->count - 16) >> 4;
  in->count -= 16 * units;
  in->next -= 2 * units;
  in->buffer &= ~(~0ull >> in->count);
  return in->next;
}

/* What follows a length of 15: a byte, or 255 and 16 bits that count from the start. 0 where the data ends or contradicts. */
static u32 read_long_length(bits *in) {
  const u8 *from = step_back(in);
  if (from >= in->end) return 0;
  u32 length = 15 + *from++;
  if (length == 15 + 255) {
    if (in->end - from < 2) return 0;
    length = load16(from);
    from += 2;
    if (length < 15) return 0;
  }
  in->next = from;
  return length;
}

INLINE i32 decode_symbols(bits *stream, u8 *start, u8 *end) {
  bits in = *stream;
  u8 *out = start;
  while (out < end) {
    if (!bits_refill(&in)) return INPUT_OVERRUN;
    u32 entry = huffman_decode(&code, &in, TABLE_BITS);
    if (entry < ENTRY(LITERALS, 0)) {
      *out++ = (u8)ENTRY_SYMBOL(entry);
      if (out == end) break;
      entry = huffman_decode(&code, &in, TABLE_BITS);
      if (entry < ENTRY(LITERALS, 0)) {
        *out++ = (u8)ENTRY_SYMBOL(entry);
        continue;
      }
      /* 16 bits are left at least, and step_back needs no more. */
    }
    const u32 symbol = ENTRY_SYMBOL(entry) - LITERALS;
    u32 length = symbol & 15;
    if (length == 15) {
      length = read_long_length(&in);
      if (length == 0) return INPUT_OVERRUN;
    }
    length += MIN_MATCH;
    const u32 offset_bits = (symbol >> 4) & 15;
    const u32 offset = (1u << offset_bits) + bits_take(&in, offset_bits);
    if (UNLIKELY(offset > (u32)(out - start) || length > (u32)(end - out))) return BAD_MATCH;
    copy_match(out, offset, length);
    out += length;
  }
  *stream = in;
  return DECODED;
}

/* A stream ends with its last bits and one unit more, the one that is read ahead; what is unused in them is zero. */
INLINE i32 check_end(bits in) {
  const u8 *position = step_back(&in);
  if (position > in.end + 2) return INPUT_OVERRUN;
  return position == in.end && bits_peek(&in, in.count) == 0 ? DECODED : DECODED_WITH_SLACK;
}

/* Decodes one chunk of `input_size` bytes into exactly `output_size` bytes, at most 64 KiB. */
EXPORT("decode_xpress")
i32 decode_xpress(const u8 *input, u32 input_size, u8 *output, u32 output_size) {
  if (output_size > 1u << 16) return BAD_BLOCK;
  if (input_size < CODE_LENGTHS_SIZE) return INPUT_OVERRUN;
  u8 lengths[SYMBOLS];
  for (u32 at = 0; at < CODE_LENGTHS_SIZE; at++) {
    lengths[2 * at] = input[at] & 15;
    lengths[2 * at + 1] = input[at] >> 4;
  }
  if (!huffman_build(&code, lengths, SYMBOLS, TABLE_BITS, MAX_LENGTH)) return BAD_CODE;
  if (huffman_is_empty(&code)) return BAD_CODE;
  bits in = bits_begin(input + CODE_LENGTHS_SIZE, input + input_size);
  i32 status = decode_symbols(&in, output, output + output_size);
  if (status != DECODED) return status;
  if (!bits_refill(&in)) return INPUT_OVERRUN;
  status = check_end(in);
  if (status != DECODED_WITH_SLACK) return status;
  /* Some encoders close with the end-of-data symbol, which the known size makes needless. */
  if (ENTRY_SYMBOL(huffman_decode(&code, &in, TABLE_BITS)) != END_OF_DATA) return DECODED_WITH_SLACK;
  return check_end(in) == DECODED ? DECODED : DECODED_WITH_SLACK;
}
