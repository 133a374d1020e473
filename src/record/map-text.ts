/** The picture of a disk as lines of blocks, for a terminal and for a record as text. */
import { formatSize } from "../bytes/amounts.js";
import { wordWrapped } from "../bytes/word-wrap.js";
import type { DiskMap } from "./disk-map.js";
import { legendOf, markOf, scaleWords, type MapMark } from "./map-legend.js";

export type MapTextOptions = {
  /** Characters in a line of blocks; it divides the number of cells. */
  readonly perLine: number;
  /** Blocks of Unicode, or of ASCII alone. */
  readonly unicode: boolean;
  /** Colours a text; it changes nothing else. */
  readonly paint?: (mark: MapMark, text: string) => string;
};

/** Cells for lines of at most `columns` characters, their indent included. */
export function cellsForText(columns: number): { readonly cells: number; readonly perLine: number } {
  const perLine = Math.min(widestLine, Math.max(narrowestLine, columns - indent.length));
  return { cells: perLine * Math.max(1, Math.round(usualCells / perLine)), perLine };
}

const indent = "  ";
const narrowestLine = 32;
const widestLine = 128;
const usualCells = 512;

const glyphs = {
  unicode: { boot: "▚", structure: "▒", small: "▓", file: "█", free: "·", differs: "X" },
  ascii: { boot: "@", structure: "%", small: "=", file: "#", free: ".", differs: "X" },
} as const;

/** Lines of blocks, and below them what they are. The first block of a file that is named has its number. */
export function mapText(map: DiskMap, { perLine, unicode, paint = (_, text) => text }: MapTextOptions): string {
  const glyph = glyphs[unicode ? "unicode" : "ascii"];
  const glyphOf = (mark: MapMark): string => (isRank(mark) ? glyph.file : glyph[mark]);
  const cells: { mark: MapMark; text: string }[] = map.groups.flatMap((group) => {
    const mark = markOf(group);
    return Array.from({ length: group.cells }, (_, index) => {
      return { mark, text: isRank(mark) && index === 0 ? mark : glyphOf(mark) };
    });
  });
  for (const cell of map.differing) cells[cell] = { mark: "differs", text: glyph.differs };
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += perLine) lines.push(indent + lineOf(cells.slice(at, at + perLine), paint));
  const rows = legendOf(map);
  const sizes = rows.map(({ bytes }) => (bytes === null ? "" : formatSize(bytes)));
  const width = Math.max(...sizes.map((size) => size.length));
  const legend = rows.flatMap(({ mark, name }, index) => {
    const key = paint(mark, isRank(mark) ? mark : glyphOf(mark));
    const room = perLine - width - gap.length * 2 - 1;
    return broken(name, room).map((part, line) => {
      const head = line === 0 ? `${key}${gap}${sizes[index]!.padStart(width)}` : " ".repeat(1 + gap.length + width);
      return `${indent}${head}${gap}${part}`;
    });
  });
  return [...broken(scaleWords(map), perLine).map((line) => indent + line), ...lines, ...legend].join("\n") + "\n";
}

const gap = "  ";

const isRank = (mark: MapMark): mark is `${number}` => /^\d$/.test(mark);

/** Neighbours of one mark are coloured at once. */
function lineOf(
  cells: readonly { mark: MapMark; text: string }[],
  paint: NonNullable<MapTextOptions["paint"]>,
): string {
  let line = "";
  for (let at = 0; at < cells.length;) {
    const { mark } = cells[at]!;
    let text = "";
    for (; cells[at]?.mark === mark; at += 1) text += cells[at]!.text;
    line += paint(mark, text);
  }
  return line;
}

function broken(text: string, width: number): string[] {
  return wordWrapped(text, { first: width, later: width, breaksWords: true });
}
