/**
 * The journal of a station: one line of JSON for each stick that was begun or refused, appended when it ends. Trap: a line that was
 * being written when the power went is cut, or is zeros where the file system had made it longer and not yet filled it; it stands at
 * the end alone, and what stands before it is true.
 */
import { harmlessJson } from "../bytes/foreign-text.js";
import { MiB } from "../bytes/units.js";
import type { Pace } from "../progress/write-times.js";

/**
 * How a stick ended: `done`; `failed` where the stick is at fault; `pulled` before it was done; `interrupted` by a person;
 * `refused` where nothing was written to it.
 */
export const stickVerdicts = ["done", "failed", "pulled", "interrupted", "refused"] as const;
export type StickVerdict = (typeof stickVerdicts)[number];

/** The drive, as far as it says who it is. */
export type JournalDrive = {
  readonly path: string;
  readonly port: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly bus: string;
  /** Bytes. */
  readonly size: number;
};

/** A pass over the stick, with its rates by place (`ratePlaces`), in bytes a second. */
export type JournalPass = Pace & { readonly places: readonly number[] };

/** A rate that is far below that of its twins, both in bytes a second. */
export type SlowPass = { readonly pass: "write" | "readBack"; readonly bytesPerSecond: number; readonly twins: number };

export type JournalLine = {
  readonly schema: 1;
  readonly stick: StickVerdict;
  readonly drive: JournalDrive;
  /** Of the whole file, hexadecimal; null where no hash was taken of it. */
  readonly image: { readonly path: string; readonly size: number; readonly sha256: string | null };
  /** The version of win7usb. */
  readonly program: string;
  /** ISO 8601, UTC. When it was plugged in, when its writing began (null where it did not), and when it ended. */
  readonly appeared: string;
  readonly began: string | null;
  readonly ended: string;
  /** What was read back and found equal; null where nothing was. */
  readonly verified: { readonly sha256: string; readonly sha256Bytes: number } | null;
  readonly write: JournalPass | null;
  readonly readBack: JournalPass | null;
  /** Transfers that were tried again, and times that it did not answer for seconds. */
  readonly retries: number;
  readonly stalls: number;
  readonly slow: readonly SlowPass[];
  /** Why it is not `done`. */
  readonly error: { readonly code: string; readonly message: string } | null;
};

/** How a journal begins, and no other file does. */
export const journalBeginning = '{"schema":1,"stick":"';

/** Bytes of a journal that is read: a hundred thousand sticks and more. */
export const largestJournal = 256 * MiB;

export function encodeLine(line: JournalLine): string {
  return `${harmlessJson(line)}\n`;
}

export type ReadJournal = {
  readonly lines: readonly JournalLine[];
  /** Numbers of the lines, from 1, that are none of a journal's. */
  readonly unreadable: readonly number[];
  /** Bytes up to the end of the last line that is whole, whatever stands in it. */
  readonly wholeBytes: number;
  /** Bytes behind it: a line that was cut, or zeros. */
  readonly tornBytes: number;
};

const lineFeed = 0x0a;

/** Never throws: what is no line of a journal is told by its number. */
export function readJournal(bytes: Uint8Array): ReadJournal {
  const lines: JournalLine[] = [];
  const unreadable: number[] = [];
  let wholeBytes = 0;
  let wholeLines = 0;
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0) break;
    number += 1;
    const text = bytes.subarray(start, end);
    const line = lineOf(text);
    if (line === null) unreadable.push(number);
    else lines.push(line);
    // JSON has no such byte: a part of the line never came to the medium, though its end did.
    if (!text.includes(0)) {
      wholeBytes = end + 1;
      wholeLines = number;
    }
    start = end + 1;
  }
  return {
    lines,
    unreadable: unreadable.filter((each) => each <= wholeLines),
    wholeBytes,
    tornBytes: bytes.length - wholeBytes,
  };
}

/** Whether bytes that are no whole line can be what a power cut has left of a journal's first one. */
export function isTornBeginning(bytes: Uint8Array): boolean {
  const filled = bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
  const beginning = new TextEncoder().encode(journalBeginning);
  const length = Math.min(beginning.length, filled.length);
  return Buffer.compare(filled.subarray(0, length), beginning.subarray(0, length)) === 0;
}

/** Null for what is none, or has not the fields that a report counts. */
function lineOf(bytes: Uint8Array): JournalLine | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  return isLine(value) ? value : null;
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);
const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));

function isLine(value: unknown): value is JournalLine {
  if (!isObject(value) || value["schema"] !== 1) return false;
  const { stick, drive, image, program, appeared, began, ended, verified, write, readBack, slow, error } = value;
  return (
    stickVerdicts.some((each) => each === stick) &&
    isDrive(drive) &&
    isObject(image) &&
    isText(image["path"]) &&
    isAmount(image["size"]) &&
    orNull(isText)(image["sha256"]) &&
    isText(program) &&
    isTime(appeared) &&
    orNull(isTime)(began) &&
    isTime(ended) &&
    orNull(isVerified)(verified) &&
    orNull(isPass)(write) &&
    orNull(isPass)(readBack) &&
    isAmount(value["retries"]) &&
    isAmount(value["stalls"]) &&
    Array.isArray(slow) &&
    slow.every(isSlowPass) &&
    orNull((each) => isObject(each) && isText(each["code"]) && isText(each["message"]))(error)
  );
}

function isDrive(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { path, port, model, serial, bus, size } = value;
  return isText(path) && [port, model, serial].every(orNull(isText)) && isText(bus) && isAmount(size);
}

function isVerified(value: unknown): boolean {
  return isObject(value) && isText(value["sha256"]) && isAmount(value["sha256Bytes"]);
}

function isPass(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { bytes, elapsedMs, bytesPerSecond, places } = value;
  return [bytes, elapsedMs, bytesPerSecond].every(isAmount) && Array.isArray(places) && places.every(isAmount);
}

function isSlowPass(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { pass, bytesPerSecond, twins } = value;
  return (pass === "write" || pass === "readBack") && isAmount(bytesPerSecond) && isAmount(twins);
}
