/** Sentences as lines: for the terminal, for records, and for the legend of a map. */

export type WordWrapOptions = {
  /** Characters of the first line. */
  readonly first: number;
  /** Characters of every later one, without its indent. */
  readonly later: number;
  /** Breaks what has no blank and is longer than a line, too; otherwise it stays whole, because it is a hash or a path. */
  readonly breaksWords?: boolean;
  /** How many characters a text shows. Default: its length. */
  readonly widthOf?: (text: string) => number;
};

/** Breaks `text` at its blanks; the lines have no indent. */
export function wordWrapped(text: string, options: WordWrapOptions): string[] {
  const { first, later, breaksWords = false, widthOf = ({ length }) => length } = options;
  const words = text.split(" ");
  const parts = breaksWords ? words.flatMap((word) => piecesOf(word, Math.min(first, later))) : words;
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const candidate = `${last} ${part}`;
    if (last === undefined || widthOf(candidate) > (lines.length === 1 ? first : later)) lines.push(part);
    else lines[lines.length - 1] = candidate;
  }
  return lines;
}

function piecesOf(word: string, length: number): readonly string[] {
  return word.match(new RegExp(`.{1,${length}}`, "gsu")) ?? [""];
}
