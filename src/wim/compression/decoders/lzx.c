/*
 * LZX after [MS-PATCH] 2, as WIMs and as cabinets use it. In a WIM (WIM specification) every chunk stands alone: window, code
 * lengths and recent offsets start afresh, there is no E8 header because the translation is always on with a file size of
 * 12,000,000 counted from the chunk's start, and a block's size is one bit where it is 32 KiB. In a cabinet a folder is one
 * stream, cut into frames of 32 KiB that each begin on a unit; blocks go on from frame to frame.
 */
#include "calls.h"
#include "huffman.h"

#define MIN_MATCH 2
#define LITERALS 256
#define LENGTH_HEADERS 8
#define LENGTH_SYMBOLS 249
#define ALIGNED_SYMBOLS 8
#define PRETREE_SYMBOLS 20
#define MAX_SLOTS 50
#define FIRST_COMPUTED_SLOT 3
#define FIRST_ALIGNED_SLOT 8
#define DEFAULT_BLOCK_SIZE 32768

#define MAIN_TABLE_BITS 11
#define LENGTH_TABLE_BITS 9
#define ALIGNED_TABLE_BITS 7
#define PRETREE_TABLE_BITS 7
#define MAX_ALIGNED_LENGTH 7
#define MAX_PRETREE_LENGTH 15

enum { VERBATIM = 1, ALIGNED = 2, UNCOMPRESSED = 3 };

/* By offset slot: the formatted offset that the slot begins at, less 2: that is the match offset itself. */
static const u32 slot_base[MAX_SLOTS] = {
    0,      0,      0,      1,       2,       4,       6,       10,      14,      22,      30,      46,      62,
    94,     126,    190,    254,     382,     510,     766,     1022,    1534,    2046,    3070,    4094,    6142,
    8190,   12286,  16382,  24574,   32766,   49150,   65534,   98302,   131070,  196606,  262142,  393214,  524286,
    655358, 786430, 917502, 1048574, 1179646, 1310718, 1441790, 1572862, 1703934, 1835006, 1966078,
};
static const u8 slot_bits[MAX_SLOTS] = {
    0, 0,  0,  0,  1,  1,  2,  2,  3,  3,  4,  4,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9,  10, 10, 11,
    11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17,
};
/* By window order, from 15: offset slots. */
static const u8 slot_counts[] = {30, 32, 34, 36, 38, 42, 50};

static huffman main_code, length_code, aligned_code, pretree_code;
static u8 main_lengths[LITERALS + LENGTH_HEADERS * MAX_SLOTS], length_lengths[LENGTH_SYMBOLS];
static u32 recent[3];

/*
 * One run of codeword lengths, each coded as its difference from the same symbol's length in the block before, under a
 * code of its own, the pretree ([MS-PATCH] 2.7, "Encoding the trees").
 */
static i32 read_lengths(bits *in, u8 *lengths, u32 symbols) {
  u8 pretree_lengths[PRETREE_SYMBOLS];
  for (u32 symbol = 0; symbol < PRETREE_SYMBOLS; symbol++) {
    if (!bits_refill(in)) return INPUT_OVERRUN;
    pretree_lengths[symbol] = (u8)bits_take(in, 4);
  }
  if (!huffman_build(&pretree_code, pretree_lengths, PRETREE_SYMBOLS, PRETREE_TABLE_BITS, MAX_PRETREE_LENGTH)) {
    return BAD_CODE;
  }
  for (u32 at = 0; at < symbols;) {
    if (!bits_refill(in)) return INPUT_OVERRUN;
    const u32 symbol = ENTRY_SYMBOL(huffman_decode(&pretree_code, in, PRETREE_TABLE_BITS));
    u32 run = 1;
    i32 delta = (i32)symbol;
    if (symbol > 16) {
      if (symbol == 17) {
        run = 4 + bits_take(in, 4);
      } else if (symbol == 18) {
        run = 20 + bits_take(in, 5);
      } else if (symbol == 19) {
        run = 4 + bits_take(in, 1);
        delta = (i32)ENTRY_SYMBOL(huffman_decode(&pretree_code, in, PRETREE_TABLE_BITS));
        if (delta > 16) return BAD_CODE;
      } else {
        return BAD_CODE;
      }
    }
    if (run > symbols - at) return BAD_CODE;
    const i32 difference = lengths[at] - delta;
    const u8 repeated = (u8)(difference < 0 ? difference + 17 : difference);
    if (symbol == 17 || symbol == 18) {
      while (run-- != 0) lengths[at++] = 0;
    } else {
      while (run-- != 0) lengths[at++] = repeated;
    }
  }
  return DECODED;
}

static i32 read_codes(bits *in, u32 type, u32 main_symbols) {
  if (type == ALIGNED) {
    u8 lengths[ALIGNED_SYMBOLS];
    for (u32 symbol = 0; symbol < ALIGNED_SYMBOLS; symbol++) {
      if (!bits_refill(in)) return INPUT_OVERRUN;
      lengths[symbol] = (u8)bits_take(in, 3);
    }
    if (!huffman_build(&aligned_code, lengths, ALIGNED_SYMBOLS, ALIGNED_TABLE_BITS, MAX_ALIGNED_LENGTH)) return BAD_CODE;
  }
  i32 status = read_lengths(in, main_lengths, LITERALS);
  if (status == DECODED) status = read_lengths(in, main_lengths + LITERALS, main_symbols - LITERALS);
  if (status == DECODED) status = read_lengths(in, length_lengths, LENGTH_SYMBOLS);
  if (status != DECODED) return status;
  if (!huffman_build(&main_code, main_lengths, main_symbols, MAIN_TABLE_BITS, MAX_CODEWORD_LENGTH)) return BAD_CODE;
  if (huffman_is_empty(&main_code)) return BAD_CODE;
  if (!huffman_build(&length_code, length_lengths, LENGTH_SYMBOLS, LENGTH_TABLE_BITS, MAX_CODEWORD_LENGTH)) return BAD_CODE;
  return DECODED;
}

/* Decodes the symbols of one block into [out, end). `aligned` is a constant, so that there are two loops. */
INLINE i32 decode_symbols(bits *stream, const u8 *start, u8 *out, u8 *end, int aligned) {
  bits in = *stream;
  u32 recent0 = recent[0], recent1 = recent[1], recent2 = recent[2];
  while (out < end) {
    if (!bits_refill(&in)) return INPUT_OVERRUN;
    u32 entry = huffman_decode(&main_code, &in, MAIN_TABLE_BITS);
    if (entry < ENTRY(LITERALS, 0)) {
      *out++ = (u8)ENTRY_SYMBOL(entry);
      if (out == end) break;
      entry = huffman_decode(&main_code, &in, MAIN_TABLE_BITS);
      if (entry < ENTRY(LITERALS, 0)) {
        *out++ = (u8)ENTRY_SYMBOL(entry);
        continue;
      }
      if (!bits_refill(&in)) return INPUT_OVERRUN;
    }
    const u32 symbol = ENTRY_SYMBOL(entry) - LITERALS;
    u32 length = symbol % LENGTH_HEADERS + MIN_MATCH;
    const u32 slot = symbol / LENGTH_HEADERS;
    if (length == LENGTH_HEADERS - 1 + MIN_MATCH) {
      length += ENTRY_SYMBOL(huffman_decode(&length_code, &in, LENGTH_TABLE_BITS));
      if (!bits_refill(&in)) return INPUT_OVERRUN;
    }
    u32 offset;
    if (slot >= FIRST_COMPUTED_SLOT) {
      const u32 extra = slot_bits[slot];
      offset = slot_base[slot];
      if (aligned && slot >= FIRST_ALIGNED_SLOT) {
        offset += bits_take(&in, extra - 3) << 3;
        offset += ENTRY_SYMBOL(huffman_decode(&aligned_code, &in, ALIGNED_TABLE_BITS));
      } else {
        offset += bits_take(&in, extra);
      }
      recent2 = recent1;
      recent1 = recent0;
    } else if (slot == 0) {
      offset = recent0;
    } else if (slot == 1) {
      offset = recent1;
      recent1 = recent0;
    } else {
      offset = recent2;
      recent2 = recent0;
    }
    recent0 = offset;
    if (UNLIKELY(offset > (u32)(out - start) || length > (u32)(end - out))) return BAD_MATCH;
    copy_match(out, offset, length);
    out += length;
  }
  recent[0] = recent0;
  recent[1] = recent1;
  recent[2] = recent2;
  *stream = in;
  return bits_overrun(&in) ? INPUT_OVERRUN : DECODED;
}

/*
 * What an uncompressed block has in front of its bytes, of which at least `size` must follow: padding to the next unit (a
 * whole unit where the header ended on one) and the three recent offsets.
 */
static i32 begin_uncompressed(bits *in, u32 size) {
  if (!bits_refill(in)) return INPUT_OVERRUN;
  i32 status = DECODED;
  const u32 padding = (in->count & 15) != 0 ? in->count & 15 : 16;
  if (bits_take(in, padding) != 0) status = DECODED_WITH_SLACK;
  const u8 *from = bits_position(in);
  if (from > in->end || (u32)(in->end - from) < 12 || (u32)(in->end - from) - 12 < size) return INPUT_OVERRUN;
  for (u32 index = 0; index < 3; index++, from += 4) {
    recent[index] = load32(from);
    if (recent[index] == 0) return BAD_MATCH;
  }
  *in = bits_begin(from, in->end);
  return status;
}

/* Bytes of an uncompressed block, of which the stream stands at the first. */
static i32 copy_bytes(bits *in, u8 *out, u32 size) {
  const u8 *from = bits_position(in);
  if (from > in->end || (u32)(in->end - from) < size) return INPUT_OVERRUN;
  for (u32 at = 0; at < size; at++) out[at] = from[at];
  *in = bits_begin(from + size, in->end);
  return DECODED;
}

/* The bytes of an uncompressed block of an odd size are followed by one more. */
static i32 skip_odd_byte(bits *in) {
  const u8 *from = bits_position(in);
  const i32 status = from < in->end && *from != 0 ? DECODED_WITH_SLACK : DECODED;
  *in = bits_begin(from + 1, in->end);
  return status;
}

static i32 copy_uncompressed(bits *in, u8 *out, u32 size) {
  const i32 begun = begin_uncompressed(in, size);
  if (begun < 0) return begun;
  const i32 copied = copy_bytes(in, out, size);
  if (copied < 0) return copied;
  return begun | (size % 2 != 0 ? skip_odd_byte(in) : DECODED);
}

/*
 * Decodes one chunk of `input_size` bytes into exactly `output_size` bytes. `window_order` is the base-2 logarithm of the
 * WIM's chunk size, 15 to 21.
 */
EXPORT("decode_lzx")
i32 decode_lzx(const u8 *input, u32 input_size, u8 *output, u32 output_size, u32 window_order) {
  if (window_order < 15 || window_order > 21 || output_size > 1u << window_order) return BAD_BLOCK;
  const u32 main_symbols = LITERALS + LENGTH_HEADERS * slot_counts[window_order - 15];
  bits in = bits_begin(input, input + input_size);
  u8 *out = output;
  u8 *const end = output + output_size;
  int slack = 0, calls = 0;
  fill_zero(main_lengths, sizeof main_lengths);
  fill_zero(length_lengths, sizeof length_lengths);
  recent[0] = recent[1] = recent[2] = 1;
  while (out < end) {
    if (!bits_refill(&in)) return INPUT_OVERRUN;
    const u32 type = bits_take(&in, 3);
    u32 size = DEFAULT_BLOCK_SIZE;
    if (bits_take(&in, 1) == 0) size = bits_take(&in, window_order >= 16 ? 24 : 16);
    if (size == 0 || size > (u32)(end - out)) return BAD_BLOCK;
    i32 status;
    if (type == UNCOMPRESSED) {
      status = copy_uncompressed(&in, out, size);
      calls = 1;
    } else if (type == VERBATIM || type == ALIGNED) {
      status = read_codes(&in, type, main_symbols);
      if (status != DECODED) return status;
      status = type == ALIGNED ? decode_symbols(&in, output, out, out + size, 1)
                               : decode_symbols(&in, output, out, out + size, 0);
      calls |= main_lengths[0xe8] != 0;
    } else {
      return BAD_BLOCK;
    }
    if (status < 0) return status;
    slack |= status;
    out += size;
  }
  if (bits_overrun(&in)) return INPUT_OVERRUN;
  if (!bits_padding_is_zero(&in) || bits_position(&in) != in.end) slack = 1;
  if (calls) undo_call_translation(output, output_size, 0, E8_FILE_SIZE);
  return slack ? DECODED_WITH_SLACK : DECODED;
}

#define FRAME_SIZE 32768
/* Frames that are translated ([MS-PATCH] 2.1.1: the first gibibyte). */
#define TRANSLATED_FRAMES 32768

/* Where the stream of a cabinet's folder stands between two frames; the codes and recent offsets are those above. */
static struct {
  u32 main_symbols;
  /* Frames so far. */
  u32 frame;
  /* Of the E8 header; 0 where nothing is translated. */
  i32 file_size;
  u32 block_type;
  /* Bytes of the block that are still to come. */
  u32 block_left;
  /* The byte behind an uncompressed block of an odd size is still to come. */
  int odd_byte;
  int calls;
} stream;

/* Begins a stream whose window has 2 to the power of `window_order` bytes, 15 to 21. */
EXPORT("begin_lzx_stream")
i32 begin_lzx_stream(u32 window_order) {
  if (window_order < 15 || window_order > 21) return BAD_BLOCK;
  fill_zero(&stream, sizeof stream);
  fill_zero(main_lengths, sizeof main_lengths);
  fill_zero(length_lengths, sizeof length_lengths);
  stream.main_symbols = LITERALS + LENGTH_HEADERS * slot_counts[window_order - 15];
  recent[0] = recent[1] = recent[2] = 1;
  return DECODED;
}

/* One bit, and the size that is translated with where it is set. */
static i32 read_call_header(bits *in) {
  if (!bits_refill(in)) return INPUT_OVERRUN;
  if (bits_take(in, 1) != 0) stream.file_size = (i32)bits_take(in, 32);
  return DECODED;
}

static i32 begin_block(bits *in) {
  if (stream.odd_byte) {
    skip_odd_byte(in);
    stream.odd_byte = 0;
  }
  if (!bits_refill(in)) return INPUT_OVERRUN;
  stream.block_type = bits_take(in, 3);
  stream.block_left = bits_take(in, 24);
  if (stream.block_left == 0) return BAD_BLOCK;
  if (stream.block_type == UNCOMPRESSED) {
    stream.calls = 1;
    stream.odd_byte = stream.block_left % 2 != 0;
    return begin_uncompressed(in, 0);
  }
  if (stream.block_type != VERBATIM && stream.block_type != ALIGNED) return BAD_BLOCK;
  const i32 status = read_codes(in, stream.block_type, stream.main_symbols);
  stream.calls |= main_lengths[0xe8] != 0;
  return status;
}

/*
 * Decodes the next frame into [output, output + output_size), behind [start, output), which is what matches may reach back
 * to. What the frame holds once it is translated comes to lie at `translated`; `output` itself stays as matches need it.
 */
EXPORT("decode_lzx_frame")
i32 decode_lzx_frame(const u8 *input, u32 input_size, const u8 *start, u8 *output, u32 output_size, u8 *translated) {
  if (output_size > FRAME_SIZE || stream.main_symbols == 0) return BAD_BLOCK;
  bits in = bits_begin(input, input + input_size);
  u8 *out = output;
  u8 *const end = output + output_size;
  i32 status = stream.frame == 0 ? read_call_header(&in) : DECODED;
  while (out < end && status >= 0) {
    if (stream.block_left == 0) {
      status = begin_block(&in);
      if (status < 0) break;
    }
    const u32 size = stream.block_left < (u32)(end - out) ? stream.block_left : (u32)(end - out);
    if (stream.block_type == UNCOMPRESSED) status = copy_bytes(&in, out, size);
    else if (stream.block_type == ALIGNED) status = decode_symbols(&in, start, out, out + size, 1);
    else status = decode_symbols(&in, start, out, out + size, 0);
    out += size;
    stream.block_left -= size;
  }
  if (status < 0) return status;
  /* It may be the last byte of this frame's data, or the first of the next one's. */
  if (stream.odd_byte && stream.block_left == 0 && bits_position(&in) < in.end) {
    skip_odd_byte(&in);
    stream.odd_byte = 0;
  }
  if (bits_overrun(&in)) return INPUT_OVERRUN;
  for (u32 at = 0; at < output_size; at++) translated[at] = output[at];
  if (stream.calls && stream.file_size != 0 && stream.frame < TRANSLATED_FRAMES) {
    undo_call_translation(translated, output_size, stream.frame * FRAME_SIZE, stream.file_size);
  }
  stream.frame++;
  return DECODED;
}
