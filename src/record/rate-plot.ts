/**
 * Rates as plots within a page. Of models: a row each, a mark for each stick, and a line through the median, because a median alone
 * hides the slow one and a list of numbers hides all. Of one stick: a column for each place. Classes are those of record-style.ts;
 * marks of the two passes differ in shape, and not in colour alone.
 */
import { formatSize, threeFigures } from "../bytes/amounts.js";
import { medianOf } from "../bytes/median.js";
import { MiB } from "../bytes/units.js";
import { htmlText } from "./html-text.js";
import { toTenths } from "./svg-number.js";

/** One row: rates in bytes a second. */
export type RateRow = {
  readonly name: string;
  readonly write: readonly number[];
  readonly readBack: readonly number[];
};

const width = 640;
const labelWidth = 190;
const rowHeight = 34;
const axisHeight = 20;
/** Right of the scale: half of what stands under its last line. */
const margin = 30;
/** Marks of one row and pass that are drawn: more would be a bar. */
const mostMarks = 400;
const ticks = 5;

/** Empty where there is no rate. */
export function ratePlot(rows: readonly RateRow[]): string {
  const fastest = Math.max(0, ...rows.flatMap(({ write, readBack }) => [largestOf(write), largestOf(readBack)]));
  if (fastest === 0) return "";
  const scale = niceMaximum(fastest);
  const height = rows.length * rowHeight + axisHeight;
  const x = (rate: number): number => toTenths(labelWidth + (rate / scale) * (width - labelWidth - margin));
  const lines = rows.map((row, index) => rowSvg(row, index * rowHeight, x));
  const marks = Array.from({ length: ticks + 1 }, (_, index) => tickSvg((scale / ticks) * index, height, x));
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="Rates: ${htmlText(rows.map(rowWords).join("; "))}">${marks.join("")}${lines.join("")}</svg>`;
}

function rowSvg({ name, write, readBack }: RateRow, top: number, x: (rate: number) => number): string {
  const label = `<text class="label" x="${labelWidth - 8}" y="${top + 21}">${htmlText(shortened(name))}</text>`;
  const dots = write
    .slice(-mostMarks)
    .map((rate) => `M${toTenths(x(rate) - 3)} ${top + 11}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`);
  const lozenges = readBack.slice(-mostMarks).map((rate) => `M${x(rate)} ${top + 19}l4 4l-4 4l-4 -4z`);
  const median = (rates: readonly number[], from: number): string =>
    rates.length === 0 ? "" : `<path class="median" d="M${x(medianOf(rates))} ${top + from}v12"/>`;
  return `${label}<path class="write" d="${dots.join("")}"/><path class="read" d="${lozenges.join("")}"/>${median(write, 5)}${median(readBack, 17)}`;
}

function tickSvg(rate: number, height: number, x: (rate: number) => number): string {
  const at = x(rate);
  return `<path class="grid" d="M${at} 0v${height - axisHeight}"/><text class="tick" x="${at}" y="${height - 5}">${rateWords(rate)}</text>`;
}

/** Columns of a stick that was written to its end; one that was not has fewer, on the same scale. */
const mostPlaces = 32;

/** A column for each place of a stick from its first byte to its last; empty where no rate is known. */
export function placesPlot(write: readonly number[], readBack: readonly number[]): string {
  const fastest = Math.max(largestOf(write), largestOf(readBack));
  if (fastest === 0) return "";
  const [columnWidth, height] = [6, 24];
  const columns = (rates: readonly number[], offset: number): string =>
    rates
      .slice(0, mostPlaces)
      .map((rate, place) => {
        const tall = Math.max(1, toTenths((rate / fastest) * height));
        return `M${place * columnWidth + offset} ${height - tall}h2.4v${tall}h-2.4z`;
      })
      .join("");
  const words = `up to ${formatSize(fastest)} a second, from the first byte to the last`;
  return `<svg class="places" viewBox="0 0 ${mostPlaces * columnWidth} ${height}" role="img" aria-label="${htmlText(words)}"><path class="write" d="${columns(write, 0)}"/><path class="read" d="${columns(readBack, 2.6)}"/></svg>`;
}

function rowWords({ name, write, readBack }: RateRow): string {
  return `${name}${medianWords(write, "writes")}${medianWords(readBack, "reads")}`;
}

function medianWords(rates: readonly number[], verb: string): string {
  return rates.length === 0 ? "" : `, ${verb} ${rateWords(medianOf(rates))}`;
}

/** `18.6 MiB/s`. */
export function rateWords(bytesPerSecond: number): string {
  return bytesPerSecond === 0 ? "0" : `${threeFigures(bytesPerSecond / MiB)} MiB/s`;
}

const largestOf = (rates: readonly number[]): number => rates.reduce((most, rate) => Math.max(most, rate), 0);

/** 1, 2 or 5 times a power of ten MiB, and not below `rate`. */
function niceMaximum(rate: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rate / MiB, 0.001)));
  const factor = [1, 2, 5, 10].find((each) => each * power * MiB >= rate) ?? 10;
  return factor * power * MiB;
}

/** Characters of a label. */
const longestLabel = 30;
function shortened(name: string): string {
  return name.length <= longestLabel ? name : `${name.slice(0, longestLabel - 1)}\u2026`;
}
