/*
 * The bit stream that LZX and XPRESS share: 16-bit little-endian units, each consumed from its most significant bit
 * ([MS-PATCH] 2.2, [MS-XCA] 2.2.4).
 *
 * `buffer` holds the next bits at its top. One refill loads four units at once and leaves at least 48 valid bits, without a
 * branch: bits under the `count` valid ones may already be set, but only to what the next refill sets them to anyway.
 */
#ifndef BITS_H
#define BITS_H
#include "base.h"

typedef struct {
  u64 buffer;
  /* Valid bits in `buffer`; below 64. */
  u32 count;
  /* First unit that is not counted in `count`. */
  const u8 *next;
  const u8 *end;
} bits;

INLINE bits bits_begin(const u8 *from, const u8 *end) {
  return (bits){.buffer = 0, .count = 0, .next = from, .end = end};
}

/* The unit at `from` in the top 16 bits, the one behind it in the next 16, and so on. */
INLINE u64 load_units(const u8 *from) {
  u64 value = load64(from);
  value = (value << 32) | (value >> 32);
  return ((value & 0x0000ffff0000ffffull) << 16) | ((value >> 16) & 0x0000ffff0000ffffull);
}

/*
 * At least 48 valid bits; false where the data has ended long before. Bits behind the end are arbitrary, so that a stream is
 * good only if `bits_overrun` says so in the end. At most eight bytes are read ahead: whoever is further has consumed what
 * is not there, and must stop before reading leaves the slack.
 */
INLINE int bits_refill(bits *in) {
  if (UNLIKELY(in->next > in->end + 8)) return 0;
  in->buffer |= load_units(in->next) >> in->count;
  const u32 units = (63 - in->count) >> 4;
  in->next += 2 * units;
  in->count += 16 * units;
  return 1;
}

/* The next `count` bits, 1 to 32, without consuming them. */
INLINE u32 bits_peek(const bits *in, u32 count) { return (u32)(in->buffer >> (64 - count)); }

INLINE void bits_skip(bits *in, u32 count) {
  in->buffer <<= count;
  in->count -= count;
}

/* The next `count` bits, 0 to 32. Zero is why the shift is in two steps: a shift by 64 is none. */
INLINE u32 bits_take(bits *in, u32 count) {
  const u32 value = (u32)((in->buffer >> 1) >> (63 - count));
  bits_skip(in, count);
  return value;
}

/* The first byte behind the unit that the next bit lies in; whole units that were only read ahead are not counted. */
INLINE const u8 *bits_position(const bits *in) { return in->next - 2 * (in->count >> 4); }

INLINE int bits_overrun(const bits *in) { return bits_position(in) > in->end; }

/* Whether what is left of the current unit is zero. */
INLINE int bits_padding_is_zero(const bits *in) {
  const u32 left = in->count & 15;
  return left == 0 || bits_peek(in, left) == 0;
}

#endif
