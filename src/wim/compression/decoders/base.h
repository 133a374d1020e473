/*
 * What both decoders share: integer types, unaligned little-endian loads, status codes and the copying of matches.
 *
 * The host lays out memory: the compressed chunk and the output buffer lie behind buffers_start(), each followed by
 * MEMORY_SLACK bytes. Wide loads and stores may run that far over the end of either buffer, but never further, and what is
 * read there is never taken for data: every decoder compares what it has consumed with the chunk's real end.
 */
#ifndef BASE_H
#define BASE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;

#define INLINE static inline __attribute__((always_inline))
#define EXPORT(name) __attribute__((export_name(name)))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Bytes that must be accessible behind the input and behind the output. */
#define MEMORY_SLACK 64

/* Results. The host knows them by the same numbers (decoder.ts). */
enum {
  DECODED = 0,
  /* Decoded, but bits or bytes that carry no content are not zero, or bytes are left over. */
  DECODED_WITH_SLACK = 1,
  BAD_CODE = -1,     /* a Huffman code that is over- or undersubscribed, or a symbol of an empty code */
  BAD_BLOCK = -2,    /* unknown block type, or a block larger than what is left of the chunk */
  BAD_MATCH = -3,    /* a match that begins before the chunk or runs over its end */
  INPUT_OVERRUN = -4 /* the data ends before the chunk is complete */
};

/* WebAssembly allows unaligned accesses, C only where the type says so. */
typedef struct __attribute__((packed, may_alias)) { u64 value; } unaligned64;
typedef struct __attribute__((packed, may_alias)) { u32 value; } unaligned32;
typedef struct __attribute__((packed, may_alias)) { u16 value; } unaligned16;

INLINE u64 load64(const u8 *from) { return ((const unaligned64 *)from)->value; }
INLINE u32 load32(const u8 *from) { return ((const unaligned32 *)from)->value; }
INLINE u32 load16(const u8 *from) { return ((const unaligned16 *)from)->value; }
INLINE void store64(u8 *to, u64 value) { ((unaligned64 *)to)->value = value; }
INLINE void store32(u8 *to, u32 value) { ((unaligned32 *)to)->value = value; }

INLINE void fill_zero(void *to, u32 length) {
  for (u32 index = 0; index < length; index++) ((u8 *)to)[index] = 0;
}

INLINE int all_zero(const u8 *from, const u8 *end) {
  u8 seen = 0;
  while (from < end) seen |= *from++;
  return seen == 0;
}

/*
 * Copies `length` bytes from `distance` bytes before `out`; the two may overlap, as matches do. The caller has checked that
 * the source lies in the chunk and that the end does too. Up to seven bytes behind the match may be overwritten; they
 * belong to what is decoded next, or to the slack.
 */
INLINE void copy_match(u8 *out, u32 distance, u32 length) {
  const u8 *from = out - distance;
  u8 *const end = out + length;
  if (LIKELY(distance >= 8)) {
    do {
      store64(out, load64(from));
      out += 8;
      from += 8;
    } while (out < end);
  } else if (distance == 1) {
    const u64 pattern = *from * 0x0101010101010101ull;
    do {
      store64(out, pattern);
      out += 8;
    } while (out < end);
  } else {
    do *out++ = *from++;
    while (out < end);
  }
}

#endif
