/** Sizes of drives, rates and times in the words people use at a bench. */
import { stripVTControlCharacters } from "node:util";
import { KiB, MiB } from "../bytes/units.js";
import { wordWrapped } from "../bytes/word-wrap.js";

export function formatRate(bytesPerSecond: number): string {
  return `${(bytesPerSecond / MiB).toFixed(bytesPerSecond < 10 * MiB ? 1 : 0)} MiB/s`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `4 s`, `1:07`, `1:02:09`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Breaks `text` at blanks into lines of at most `columns` characters, later lines indented by `indent`. */
export function wrap(text: string, columns: number, indent = ""): string {
  const words = text.trimStart();
  const beginning = text.slice(0, text.length - words.length);
  return wordWrapped(words, {
    first: columns - beginning.length,
    later: columns - indent.length,
    // Colours take no room.
    widthOf: (line) => stripVTControlCharacters(line).length,
  })
    .map((line, index) => (index === 0 ? beginning : indent) + line)
    .join("\n");
}

const sizePattern = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])?(i)?(B)?)$/i;
const thousand = 1000;
/** Of a byte: below it a difference is the computer's own. */
const leastFraction = 0.001;

/**
 * `4G`, `8GB`, `1048576` in bytes; undefined where it is no size. K, M, G and T, alone and as KiB to TiB, are powers of
 * 1024; KB to TB are powers of 1000, as on what drives are sold in.
 */
export function parseSize(text: string): number | undefined {
  const match = sizePattern.exec(text.trim());
  if (match === null) return undefined;
  const [, number, letter, binary, byte] = match;
  if (letter === undefined && binary !== undefined) return undefined;
  const power = letter === undefined ? 0 : "KMGT".indexOf(letter.toUpperCase()) + 1;
  const base = byte !== undefined && binary === undefined ? thousand : KiB;
  const exact = Number(number) * base ** power;
  const bytes = Math.round(exact);
  // 1.1 times a million is not quite what it is in decimal figures.
  const isWhole = Math.abs(exact - bytes) < leastFraction;
  return isWhole && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
