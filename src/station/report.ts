/** What a journal tells in sum: sticks by their serial number, models by their rates, and what failed. */
import { medianOf } from "../bytes/median.js";
import {
  stickVerdicts,
  type JournalDrive,
  type JournalLine,
  type SlowPass,
  type StickVerdict,
} from "./journal-line.js";
import { twinRateOf, type RateKind } from "./rates.js";

/** In bytes a second. */
export type RateSpread = {
  readonly sticks: number;
  readonly slowest: number;
  readonly median: number;
  readonly fastest: number;
};

/** One stick, as often as it came. */
export type ReportedStick = {
  readonly drive: JournalDrive;
  readonly times: number;
  readonly counts: Readonly<Record<StickVerdict, number>>;
  readonly last: { readonly stick: StickVerdict; readonly ended: string; readonly reason: string | null };
  /** Of the last time that it was written to its end; null where it never was. */
  readonly write: number | null;
  readonly readBack: number | null;
  /** The rates of that pass by place. */
  readonly places: Readonly<Record<RateKind, readonly number[]>>;
  readonly retries: number;
  readonly stalls: number;
  readonly slow: readonly SlowPass[];
};

export type ReportedModel = {
  readonly model: string | null;
  /** Bytes. */
  readonly size: number;
  readonly sticks: number;
  readonly done: number;
  readonly failed: number;
  readonly write: RateSpread | null;
  readonly readBack: RateSpread | null;
  /** Of each stick that was done, in the journal's order: what the plot shows. */
  readonly rates: Readonly<Record<RateKind, readonly number[]>>;
};

export type ReportedFailure = {
  readonly ended: string;
  readonly drive: JournalDrive;
  readonly code: string;
  readonly message: string;
};

export type StationReport = {
  readonly counts: Readonly<Record<StickVerdict, number>>;
  /** When the first stick began or was refused, and when the last one ended; null where there is none. */
  readonly first: string | null;
  readonly last: string | null;
  /** Images that sticks were made of, in the order in which they first were. */
  readonly images: readonly (JournalLine["image"] & { readonly sticks: number })[];
  /** In the order in which they first came. */
  readonly sticks: readonly ReportedStick[];
  /** The fastest first. */
  readonly models: readonly ReportedModel[];
  readonly failures: readonly ReportedFailure[];
};

/** Lines in the order of the journal. */
export function reportOf(lines: readonly JournalLine[]): StationReport {
  return {
    counts: countsOf(lines),
    first: lines[0]?.appeared ?? null,
    last: lines.at(-1)?.ended ?? null,
    images: imagesOf(lines),
    sticks: [...grouped(lines, stickKey).values()].map(stickOf),
    models: [...grouped(lines.filter(isBegun), modelKey).values()].map(modelOf).toSorted(byRate),
    failures: lines.filter(({ stick }) => stick === "failed").map(failureOf),
  };
}

const isBegun = ({ began }: JournalLine): boolean => began !== null;

function countsOf(lines: readonly JournalLine[]): Record<StickVerdict, number> {
  const counts = Object.fromEntries(stickVerdicts.map((verdict) => [verdict, 0])) as Record<StickVerdict, number>;
  for (const { stick } of lines) counts[stick] += 1;
  return counts;
}

function grouped(lines: readonly JournalLine[], keyOf: (line: JournalLine) => string): Map<string, JournalLine[]> {
  const groups = new Map<string, JournalLine[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return groups;
}

/** Sticks without a serial number are told apart by nothing: all of a model are one row. */
function stickKey({ drive: { model, serial, size } }: JournalLine): string {
  return JSON.stringify([model, serial, size]);
}

function modelKey({ drive: { model, size } }: JournalLine): string {
  return JSON.stringify([model, size]);
}

function imagesOf(lines: readonly JournalLine[]): StationReport["images"] {
  const begun = lines.filter(isBegun);
  const groups = grouped(begun, ({ image }) =>
    JSON.stringify([image.sha256, image.size, image.sha256 === null ? image.path : ""]),
  );
  return [...groups.values()].map((group) => ({ ...group.at(-1)!.image, sticks: group.length }));
}

function stickOf(lines: readonly JournalLine[]): ReportedStick {
  const last = lines.at(-1)!;
  const done = lines.findLast(({ stick }) => stick === "done");
  const rates = done === undefined ? null : twinRateOf(done);
  const passes = done ?? lines.findLast(isBegun);
  return {
    drive: last.drive,
    times: lines.length,
    counts: countsOf(lines),
    last: { stick: last.stick, ended: last.ended, reason: last.error?.message ?? null },
    write: rates?.write ?? null,
    readBack: rates?.readBack ?? null,
    places: { write: passes?.write?.places ?? [], readBack: passes?.readBack?.places ?? [] },
    retries: lines.reduce((sum, { retries }) => sum + retries, 0),
    stalls: lines.reduce((sum, { stalls }) => sum + stalls, 0),
    slow: done?.slow ?? [],
  };
}

function modelOf(lines: readonly JournalLine[]): ReportedModel {
  const { model, size } = lines[0]!.drive;
  const done = lines.filter(({ stick }) => stick === "done").map(twinRateOf);
  const rates = {
    write: done.flatMap(({ write }) => write ?? []),
    readBack: done.flatMap(({ readBack }) => readBack ?? []),
  };
  const { failed } = countsOf(lines);
  return {
    model,
    size,
    sticks: new Set(lines.map(stickKey)).size,
    done: done.length,
    failed,
    write: spreadOf(rates.write),
    readBack: spreadOf(rates.readBack),
    rates,
  };
}

function spreadOf(rates: readonly number[]): RateSpread | null {
  if (rates.length === 0) return null;
  const [slowest, fastest] = rates.reduce(
    ([low, high], rate) => [Math.min(low, rate), Math.max(high, rate)],
    [Infinity, 0],
  );
  return { sticks: rates.length, slowest, median: medianOf(rates), fastest };
}

function byRate(one: ReportedModel, other: ReportedModel): number {
  return (other.write?.median ?? 0) - (one.write?.median ?? 0);
}

function failureOf({ ended, drive, error }: JournalLine): ReportedFailure {
  return { ended, drive, code: error?.code ?? "unknown", message: error?.message ?? "it failed" };
}
