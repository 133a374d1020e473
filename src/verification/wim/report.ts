/** The report of deep verification, as plain data. */
import type { ErrorCode } from "../../errors.js";

export type WimCheckStatus = "pass" | "fail" | "warn" | "skip";

/** The checks in the order they are reported. */
export const wimCheckIds = [
  "wim-header",
  "wim-layout",
  "wim-integrity-table",
  "wim-blobs",
  "wim-metadata",
  "wim-counts",
  "wim-references",
  "wim-slack",
] as const;
/** Names of the checks of a WIM, in the order of the report. */
export type WimCheckId = (typeof wimCheckIds)[number];

export type WimCheck = {
  readonly id: WimCheckId;
  readonly status: WimCheckStatus;
  readonly message: string;
  /** The code of the error with which the check ended, if any. */
  readonly code?: ErrorCode;
};

/** A file that is affected by a failure. */
export type WimPlace = {
  /** Image index, counted from 1. */
  readonly image: number;
  /** From the image's root, separated by `/`; of an alternate data stream, `file:stream`. */
  readonly path: string;
};

/** Damage that was found. */
export type WimFailure = {
  readonly check: WimCheckId;
  /** The blob's SHA-1 in the lookup table, in hexadecimal; absent where the damage is not in a blob. */
  readonly blob?: string;
  /** The name of the WIM or part that it lies in. */
  readonly wim: string;
  readonly message: string;
  /** Files whose content the blob is; at most `placeLimit` of them. */
  readonly places: readonly WimPlace[];
};

type WimImageTally = {
  /** Image index, counted from 1. */
  readonly index: number;
  readonly directories: number;
  readonly files: number;
  /** Bytes of all streams, hard links counted each time. */
  readonly totalBytes: number;
};

export type WimReport = {
  /** The worst status of all checks; a skipped check does not count. */
  readonly status: "pass" | "warn" | "fail";
  /** One a check, in the order of `wimCheckIds`. */
  readonly checks: readonly WimCheck[];
  /** At most `failureLimit`; `failureCount` counts all. */
  readonly failures: readonly WimFailure[];
  readonly failureCount: number;
  readonly images: readonly WimImageTally[];
  readonly blobCount: number;
  /** Bytes of content whose SHA-1 was compared. */
  readonly contentBytes: number;
};

/** Failures that are listed one by one: enough to see the pattern, and a report that stays readable. */
const failureLimit = 1000;
/** Files that are named for one damaged blob. */
export const placeLimit = 10;

const severity: Readonly<Record<WimCheckStatus, number>> = { skip: 0, pass: 1, warn: 2, fail: 3 };

/** Collects the results of checks; a check keeps its worst status and the first message of that status. */
export class ReportBuilder {
  readonly #checks = new Map<WimCheckId, WimCheck>();
  readonly #failures: WimFailure[] = [];
  #failureCount = 0;
  images: WimImageTally[] = [];
  blobCount = 0;
  contentBytes = 0;

  get failures(): readonly WimFailure[] {
    return this.#failures;
  }

  note(id: WimCheckId, status: WimCheckStatus, message: string, code?: ErrorCode): void {
    const known = this.#checks.get(id);
    if (known !== undefined && severity[known.status] >= severity[status]) return;
    this.#checks.set(id, { id, status, message, ...(code === undefined ? {} : { code }) });
  }

  /** Adds a failure and fails its check. */
  fail(failure: WimFailure, code?: ErrorCode): void {
    this.#failureCount += 1;
    if (this.#failures.length < failureLimit) this.#failures.push(failure);
    this.note(failure.check, "fail", failure.message, code);
  }

  /** The report; checks without a result are skipped with `reason`. */
  finish(reason: string): WimReport {
    const skipped = (id: WimCheckId): WimCheck => ({ id, status: "skip", message: reason });
    const checks = wimCheckIds.map((id) => this.#checks.get(id) ?? skipped(id));
    const worst = Math.max(...checks.map((check) => severity[check.status]));
    return {
      status: worst === severity.fail ? "fail" : worst === severity.warn ? "warn" : "pass",
      checks,
      failures: this.#failures,
      failureCount: this.#failureCount,
      images: this.images,
      blobCount: this.blobCount,
      contentBytes: this.contentBytes,
    };
  }
}
