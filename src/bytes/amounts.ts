/** Amounts in words, for every room: sizes as people know them, and nouns that agree with their number. */
import { GiB, KiB, MiB, TiB } from "./units.js";

const binaryUnits = [
  [TiB, "TiB"],
  [GiB, "GiB"],
  [MiB, "MiB"],
  [KiB, "KiB"],
] as const;

/** `3.60 GiB`, `17.2 MiB`, `512 bytes`: three figures are enough to recognise a size. */
export function formatSize(bytes: number): string {
  for (const [unit, name] of binaryUnits) {
    if (bytes >= unit) return `${threeFigures(bytes / unit)} ${name}`;
  }
  return `${bytes} ${agreeing(bytes, "byte")}`;
}

/** `2.39 GiB (2564476928 bytes)`: known at a glance, and exact where one size is held against another; `512 bytes`. */
export function exactSize(bytes: number): string {
  return bytes < KiB ? formatSize(bytes) : `${formatSize(bytes)} (${bytes} bytes)`;
}

/** `8 GB`: what is printed on a stick; drives are sold in powers of ten. */
export function formatDriveSize(bytes: number): string {
  if (bytes >= 1e12) return `${threeFigures(bytes / 1e12)} TB`;
  return bytes >= 1e9 ? `${threeFigures(bytes / 1e9)} GB` : `${threeFigures(bytes / 1e6)} MB`;
}

/** `100`, `17.2`, `3.60`. */
export function threeFigures(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `1 file`, `871 files`, `2 directories`: the one place that makes plurals. */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${agreeing(number, noun)}`;
}

/** `file` or `files`; `verb` for what agrees in another way: `is` or `are`. */
export function agreeing(number: number, one: string, many = plural(one)): string {
  return number === 1 ? one : many;
}

function plural(noun: string): string {
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** How items of a list are told: `text` of each, what stands between them and before how many there are besides. */
type ListForm<Item> = {
  readonly text?: (item: Item) => string;
  readonly between?: string;
  readonly last?: string;
};

/** `a, b and 3 more`: the first `most` of a list, and how many there are besides. */
export function firstFew<Item>(
  items: readonly Item[],
  most: number,
  { text = String, between = ", ", last = " and" }: ListForm<Item> = {},
): string {
  const more = items.length > most ? `${last} ${items.length - most} more` : "";
  return `${items.slice(0, most).map(text).join(between)}${more}`;
}

/** `12,345`. Not `toLocaleString`: its first call loads the locales' data, which takes longer than reading an image. */
export function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}
