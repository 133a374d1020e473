/** The screen of a station: counts and what to do next, a line a stick, and what to do in letters that are read from afar. */
import { printable } from "../escape.js";
import { formatDriveSize } from "../../bytes/amounts.js";
import { countsBeside, verdictWords } from "../../station/report-words.js";
import type { StationRules } from "../../station/selection.js";
import type { Station } from "../../station/station.js";
import type { Stick } from "../../station/stick.js";
import { formatDuration, formatRate } from "../format.js";
import type { Style } from "../style.js";
import { largeLetters, letterHeight } from "./large-letters.js";
import { percentOf } from "./progress-words.js";
import { nextStep, phaseOf, placeOf, slowNow } from "./station-words.js";

export type StationView = {
  readonly station: Station;
  readonly rules: StationRules;
  readonly imageName: string;
  /** What was said last. */
  readonly last: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
};
export type ScreenSize = { readonly columns: number; readonly rows: number; readonly unicode: boolean };

/** From here on there is room for whole models, serial numbers and rates; and below that for a place and a serial number alone. */
const wideFrom = 110;
const narrowBelow = 76;
/** Lines that are none of sticks: two of the head, the next step, empty ones, heads of columns, what was said last. */
const otherLines = 8;
const gap = "  ";

/** At most as many lines as there are rows less one, none wider than the columns; colours take no room. */
export function stationScreen(view: StationView, size: ScreenSize, style: Style): string[] {
  const { station, rules, last } = view;
  const { columns, rows, unicode } = size;
  const cut = (text: string): string => cutTo(text, columns);
  const banner = bannerOf(station, columns, unicode);
  const room = rows - 1 - otherLines;
  const hasBanner = banner !== null && room - letterHeight - 1 >= Math.min(station.sticks.length, 4);
  const shown = room - (hasBanner ? letterHeight + 1 : 0);
  const sticks = station.sticks.slice(0, station.sticks.length > shown ? shown - 1 : shown);
  const hidden = station.sticks.length - sticks.length;
  return [
    style.strong(cut(headLine(view, columns))),
    cut(countsLine(view)),
    "",
    cut(`Next: ${nextStep(station, rules)}`),
    "",
    ...(sticks.length === 0 ? [] : [style.faint(cut(headOf(size)))]),
    ...sticks.map((stick) => stickLine(stick, view, size, style)),
    ...(hidden > 0 ? [style.faint(cut(`${hidden} more`))] : []),
    "",
    ...(hasBanner ? [...banner.lines.map((line) => style[banner.style](line)), ""] : []),
    ...(last === null ? [] : [style.faint(cut(printable(last)))]),
  ];
}

function headLine({ station, imageName, now }: StationView, columns: number): string {
  const right = `${station.perHour(now)} an hour, ${formatDuration(now - station.startedAt)}`;
  const left = cutTo(`win7usb station  ${printable(imageName)}`, columns - right.length - gap.length);
  return `${left.padEnd(columns - right.length)}${right}`;
}

function countsLine({ station: { counts } }: StationView): string {
  const always = ["done", "failed", "refused"] as const;
  const first = always.map((verdict) => `${counts[verdict]} ${verdictWords[verdict]}`);
  return [...first, ...countsBeside(counts, always)].join("   ");
}

type Column = { readonly name: string; readonly width: number; readonly cell: (stick: Stick) => string };

function columnsOf({ columns }: ScreenSize): readonly Column[] {
  const isWide = columns >= wideFrom;
  const all: Column[] = [
    { name: "PORT", width: isWide ? 10 : 8, cell: placeOf },
    { name: "MODEL", width: isWide ? 24 : 13, cell: ({ drive }) => drive.model ?? "-" },
    // Of a serial number its end tells sticks apart.
    { name: "SERIAL", width: isWide ? 22 : 8, cell: ({ drive }) => tailOf(drive.serial || "-", isWide ? 22 : 8) },
    { name: "SIZE", width: isWide ? 8 : 7, cell: ({ drive }) => formatDriveSize(drive.size) },
  ];
  return columns >= narrowBelow ? all : all.filter(({ name }) => name === "PORT" || name === "SERIAL");
}

function headOf(size: ScreenSize): string {
  return columnsOf(size)
    .map(({ name, width }) => name.padEnd(width))
    .join(gap)
    .trimEnd();
}

function stickLine(stick: Stick, view: StationView, size: ScreenSize, style: Style): string {
  const left = columnsOf(size)
    .map(({ width, cell }) => `${cutTo(printable(cell(stick)), width).padEnd(width)}${gap}`)
    .join("");
  const room = size.columns - left.length;
  const words = cutTo(stick.progress === null ? phaseOf(stick) : progressWords(stick, view, size), room);
  const paint = paints[stick.phase];
  return `${left}${paint === undefined ? words : style[paint](words)}`;
}

const paints: Readonly<Partial<Record<Stick["phase"], keyof Style>>> = {
  done: "good",
  failed: "bad",
  pulled: "warning",
  interrupted: "warning",
  refused: "faint",
};

/** Of the bar alone. */
const barWidths = { narrow: 10, wide: 12 } as const;

/** `writing   ####......  42% 3:10`; where something is wrong that is said in the bar's place. */
function progressWords(stick: Stick, { station }: StationView, { columns, unicode }: ScreenSize): string {
  const progress = stick.progress!;
  const { stalledMs, etaMs, bytesPerSecond } = progress;
  const isWide = columns >= wideFrom;
  const percent = percentOf(progress);
  const wrong = stalledMs === undefined ? slowNow(stick, station) : `no answer for ${formatDuration(stalledMs)}`;
  if (wrong !== null && !isWide) return `${percent}% ${wrong}`;
  const width = isWide ? barWidths.wide : barWidths.narrow;
  const filled = Math.floor((percent / 100) * width);
  const [full, empty] = unicode ? ["\u2588", "\u2591"] : ["#", "."];
  const bar = full.repeat(filled) + empty.repeat(width - filled);
  const left = etaMs === null ? "" : formatDuration(etaMs);
  const rate = bytesPerSecond > 0 ? formatRate(bytesPerSecond) : "";
  const pace = isWide ? (wrong ?? [left, rate].filter((text) => text !== "").join("  ")) : left || rate;
  return `${stick.phase.padEnd(9)} ${bar} ${`${percent}%`.padStart(4)} ${pace}`;
}

type Banner = { readonly lines: readonly string[]; readonly style: "good" | "bad" };

/** The most urgent of all: a bad stick before one that is done. */
function bannerOf({ sticks }: Station, columns: number, unicode: boolean): Banner | null {
  const bad = sticks.findLast(({ phase }) => phase === "failed");
  const done = sticks.findLast(({ phase }) => phase === "done");
  const said = bad === undefined ? (done === undefined ? null : wordsOf("pull", done)) : wordsOf("bad", bad);
  if (said === null) return null;
  const lines = said.map((text) => largeLetters(text, columns, unicode)).find((each) => each !== null);
  return lines === undefined || lines === null ? null : { lines, style: bad === undefined ? "good" : "bad" };
}

/** With the port where that fits. */
function wordsOf(word: string, stick: Stick): string[] {
  return [`${word} ${placeOf(stick)}`, word];
}

function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 3)).trimEnd()}...`;
}

function tailOf(text: string, width: number): string {
  return text.length <= width ? text : `...${text.slice(text.length - width + 3)}`;
}
