/** Canonical Huffman codes for the tests' encoders: any complete set of lengths will do, so two simple shapes are used. */

export type Code = { readonly lengths: readonly number[]; readonly codewords: readonly number[] };

/** Lengths of a complete code in which all symbols are nearly as likely. */
export function flatLengths(symbols: number): number[] {
  const longest = Math.ceil(Math.log2(symbols));
  const shorter = 2 ** longest - symbols;
  return Array.from({ length: symbols }, (_, symbol) => (symbol < shorter ? longest - 1 : longest));
}

/** Lengths of a complete code whose first four symbols are short, so that all others get long codewords. */
export function skewedLengths(symbols: number): number[] {
  const short = 4;
  const rest = flatLengths(symbols - short).map((length) => length + short);
  return [...Array.from({ length: short }, (_, symbol) => symbol + 1), ...rest];
}

export function canonicalCode(lengths: readonly number[]): Code {
  const codewords = lengths.map(() => 0);
  let next = 0;
  for (let length = 1; length <= 16; length += 1) {
    next *= 2;
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      codewords[symbol] = next;
      next += 1;
    }
  }
  return { lengths, codewords };
}

/** What both formats are made of: a byte, or a copy of `length` bytes from `offset` bytes before. */
export type Token = { readonly literal: number } | { readonly length: number; readonly offset: number };

/** One literal for each character of ASCII text. */
export function textTokens(words: string): Token[] {
  return Array.from(words, (character) => ({ literal: character.charCodeAt(0) }));
}

/** The content that tokens stand for. */
export function expand(tokens: readonly Token[], before: readonly number[] = []): number[] {
  const content = [...before];
  for (const token of tokens) {
    if ("literal" in token) content.push(token.literal);
    else for (let left = token.length; left > 0; left -= 1) content.push(content[content.length - token.offset]!);
  }
  return content.slice(before.length);
}

/** Greedy matches of at least `shortest` bytes; `longest` and `farthest` are the format's limits. */
export function tokenize(content: Uint8Array, shortest: number, longest: number, farthest: number): Token[] {
  const last = new Map<number, number>();
  const tokens: Token[] = [];
  for (let at = 0; at < content.length;) {
    const key = at + 3 <= content.length ? content[at]! + content[at + 1]! * 256 + content[at + 2]! * 65536 : -1;
    const from = last.get(key);
    last.set(key, at);
    let length = 0;
    if (key >= 0 && from !== undefined && at - from <= farthest) {
      while (length < longest && at + length < content.length && content[from + length] === content[at + length])
        length += 1;
    }
    if (length >= shortest && from !== undefined) tokens.push({ length, offset: at - from });
    else tokens.push({ literal: content[at]! });
    at += length >= shortest ? length : 1;
  }
  return tokens;
}
