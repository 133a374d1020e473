/*
 * The translation of x86 CALL instructions (E8), [MS-PATCH] 2.1.1: compressors make their relative targets absolute, because
 * calls of one function then look alike. In a WIM it is always on, with a file size that never was anybody's; in a cabinet
 * the stream's first bits say whether and with which.
 */
#ifndef CALLS_H
#define CALLS_H
#include "base.h"

/* Of every chunk of a WIM. */
#define E8_FILE_SIZE 12000000
/* The last bytes of a chunk or frame are never translated. */
#define E8_UNTRANSLATED_TAIL 10

/*
 * Turns the absolute targets that the encoder put behind 0xE8 (x86 CALL) bytes back into relative ones. `position` is that
 * of `data` in what is counted: a chunk of a WIM is at 0, a cabinet's frame at its place in the stream, below 2^30.
 */
INLINE void undo_call_translation(u8 *data, u32 size, u32 position, i32 file_size) {
  if (size <= E8_UNTRANSLATED_TAIL) return;
  const u32 end = size - E8_UNTRANSLATED_TAIL;
  for (u32 at = 0; at < end; at++) {
    if (at + 8 <= end) {
      /* Eight bytes at once: a byte of `other` is zero exactly where one is 0xE8. */
      const u64 other = load64(data + at) ^ 0xe8e8e8e8e8e8e8e8ull;
      const u64 found = (other - 0x0101010101010101ull) & ~other & 0x8080808080808080ull;
      if (found == 0) {
        at += 7;
        continue;
      }
      at += (u32)__builtin_ctzll(found) / 8;
    } else if (data[at] != 0xe8) {
      continue;
    }
    const i32 target = (i32)load32(data + at + 1);
    if (target >= 0) {
      if (target < file_size) store32(data + at + 1, (u32)target - position - at);
    } else if (target >= -(i32)(position + at)) {
      store32(data + at + 1, (u32)target + (u32)file_size);
    }
    at += 4;
  }
}

#endif
