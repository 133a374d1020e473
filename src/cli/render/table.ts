/**
 * Columns of text for people, two blanks between: each as wide as its widest cell, or wrapped at words where a line is full,
 * and within them where a word alone is too long for it. Without a number of columns, as into a pipe, each row is one line,
 * which `grep` finds whole.
 */
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";

const gap = "  ";

export function table(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  style: Style,
  columns: number | null,
): string {
  const rows = cells.map((row) => head.map((_, column) => printable(row[column] ?? "")));
  const widths = widthsOf([head, ...rows], columns ?? Infinity);
  const line = (row: readonly string[]): string => {
    const parts = row.map((cell, column) => wrappedCell(cell, widths[column]!));
    return Array.from({ length: Math.max(...parts.map((lines) => lines.length)) }, (_, at) =>
      parts
        .map((lines, column) => (lines[at] ?? "").padEnd(widths[column]!))
        .join(gap)
        .trimEnd(),
    ).join("\n");
  };
  return [style.faint(line(head)), ...rows.map(line)].join("\n") + "\n";
}

/** A path too long for its column goes on in the next line of it. */
function wrappedCell(cell: string, width: number): string[] {
  return wrap(cell, width)
    .split("\n")
    .flatMap((line) => line.match(new RegExp(`.{1,${width}}`, "gsu")) ?? [""]);
}

/** Characters to which a column is narrowed at most, where words have to be broken; one of paths and labels may be narrower. */
const narrowest = 12;
const narrowestOfPaths = 6;

/** What people type or look up: a name in two pieces is none. Paths and labels are read on. */
const isName = (word: string): boolean => /^[\w.-]+$/.test(word);

const longest = (words: readonly string[]): number => Math.max(0, ...words.map((word) => word.length));

/** Characters of each column: as its cells need, then of the widest as little as its longest word, until all fit. */
function widthsOf(rows: readonly (readonly string[])[], columns: number): number[] {
  const widest = (length: (cell: string) => number): number[] =>
    rows[0]!.map((_, column) => Math.max(...rows.map((row) => length(row[column]!))));
  const names = widest((cell) => longest(cell.split(" ").filter(isName)));
  const atLeast = (least: number) => (widths: readonly number[]) =>
    widths.map((width, column) => Math.max(names[column]!, Math.min(width, least)));
  const steps = [
    () => widest((cell) => longest(cell.split(" "))),
    atLeast(narrowest),
    atLeast(narrowestOfPaths),
    (widths: readonly number[]) => widths.map((width) => Math.min(width, narrowest)),
  ];
  return steps.reduce(
    (widths, leastOf) => narrowedTo(widths, leastOf(widths), columns),
    widest((cell) => cell.length),
  );
}

/** The widths, of the one with the most to spare as little as its least, until all fit or none has any. */
function narrowedTo(wanted: readonly number[], least: readonly number[], columns: number): number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - columns;
  while (excess > 0) {
    const spare = widths.map((width, column) => width - least[column]!);
    const column = spare.indexOf(Math.max(...spare));
    const taken = Math.min(excess, spare[column]!);
    if (taken === 0) break;
    widths[column]! -= taken;
    excess -= taken;
  }
  return widths;
}
