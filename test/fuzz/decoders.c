/*
 * The decoders of compressed chunks under libFuzzer, natively, where AddressSanitizer sees each byte that is read or written
 * outside of the input, the content, and what base.h allows behind both. Compiled once a decoder, with FUZZED_LZX or without;
 * the input is what chunks.ts takes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base.h"

i32 decode_lzx(const u8 *input, u32 input_size, u8 *output, u32 output_size, u32 window_order);
i32 decode_xpress(const u8 *input, u32 input_size, u8 *output, u32 output_size);

#define HEAD 5
#define LARGEST_INPUT (1u << 17)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < HEAD) return 0;
#ifdef FUZZED_LZX
  const u32 order = 15 + data[0] % 7;
#else
  const u32 order = 12 + data[0] % 5;
#endif
  u32 content_size = load32(data + 1);
  if (content_size > 1u << order) content_size = 1u << order;
  u32 input_size = (u32)(size - HEAD);
  if (input_size > LARGEST_INPUT) input_size = LARGEST_INPUT;
  u8 *input = malloc(input_size + MEMORY_SLACK);
  u8 *output = malloc(content_size + MEMORY_SLACK);
  memcpy(input, data + HEAD, input_size);
  /* What lies behind the input is arbitrary. */
  memset(input + input_size, 0xa5, MEMORY_SLACK);
#ifdef FUZZED_LZX
  const i32 status = decode_lzx(input, input_size, output, content_size, order);
#else
  const i32 status = decode_xpress(input, input_size, output, content_size);
#endif
  if (status > DECODED_WITH_SLACK || status < INPUT_OVERRUN) abort();
  free(input);
  free(output);
  return 0;
}
