/**
 * Deep verification of a WIM, a split set or a pipable WIM: is every byte what it was when it was written? Every blob is
 * decoded and its SHA-1 compared with the lookup table's; the metadata is walked and compared with the lookup table and the
 * XML data; the integrity table is checked where there is one, and so is the layout. Traps: nothing covers the text of the
 * XML data, nor a few fields of the header (header-check.ts), unless the WIM is pipable; genuine images may have wrong hard
 * link groups, inexact reference counts, and free entries in the lookup table, which are warnings at most. Damage never
 * throws; it is in the report.
 */
import { toHex } from "../../bytes/hex.js";
import { shortenedPath } from "../../wim/shortened.js";
import type { OpenSet } from "./parts.js";
import { openSet } from "./parts.js";
import { compareHashes } from "./blob-index.js";
import { checkHeader } from "./header-check.js";
import { Images } from "./images-check.js";
import { checkLayout, isReadOnce } from "./layout-check.js";
import { bytesToVerify, planSteps } from "./plan.js";
import type { CreateSha1, ExecutorSetup, WimExecutor, WimPart } from "./ports.js";
import type { WimReport } from "./report.js";
import { ReportBuilder } from "./report.js";
import { runSteps } from "./schedule.js";
import type { BatchStep, LargeBlob, MetadataStep, RangesStep, StepEvents } from "./steps.js";
import type { BlobsResult, MetadataResult, RangesResult } from "./tasks.js";

export { createInlineExecutor } from "./inline-executor.js";
export type { FileExtent, FileRange } from "./extent-map.js";
export { ExtentMap } from "./extent-map.js";
export type { CreateSha1, ExecutorSetup, ImageWindow, Passage, Sha1, WimExecutor, WimPart } from "./ports.js";
export type { WimCheck, WimCheckId, WimCheckStatus, WimFailure, WimPlace, WimReport } from "./report.js";
export { TaskRunner } from "./run-task.js";
export type { WimResults, WimTask, WimTaskKind } from "./tasks.js";
export type { ForeignNames, ImageTally, MissingBlob } from "./image-tally.js";

export type VerifyWimOptions = {
  /** Bytes of the WIM that were checked, and their total; a byte that two checks read counts twice. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number }) => void;
  readonly signal?: AbortSignal;
};

/**
 * Verifies a WIM: `parts` is the one file, or all parts of a split set in any order. Rejects only where a part cannot be
 * read, or with the signal's reason; what is wrong with the WIM is in the report.
 */
export async function verifyWimParts(
  parts: readonly WimPart[],
  createExecutor: (setup: ExecutorSetup) => WimExecutor | Promise<WimExecutor>,
  createSha1: CreateSha1,
  options: VerifyWimOptions = {},
): Promise<WimReport> {
  const report = new ReportBuilder();
  const set = await openSet(parts, report);
  if (set === null) return report.finish("not checked, because the WIM cannot be opened");
  for (const part of set.parts) {
    await checkHeader(part, report);
    if (!isReadOnce(part, report)) return report.finish("not checked, because its resources lie over one another");
    await checkLayout(part, report, createSha1);
  }
  const formats = set.parts.map(({ format }) => format);
  const executor = await createExecutor({ parts: set.parts.map(({ part }) => part), formats, blobs: set.blobs.table });
  const stop = (): void => void executor.close();
  options.signal?.addEventListener("abort", stop);
  try {
    await new WimVerification(set, executor, createSha1, report, options).run();
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await executor.close();
  }
  reportPassedChecks(set, report);
  return report.finish("not checked");
}

class WimVerification {
  readonly #set: OpenSet;
  readonly #executor: WimExecutor;
  readonly #createSha1: CreateSha1;
  readonly #report: ReportBuilder;
  readonly #options: VerifyWimOptions;
  readonly #images: Images;
  /** Failure messages by blob id. */
  readonly #damaged = new Map<number, string>();
  #slackChunks = 0;
  #bytes = 0;

  constructor(
    set: OpenSet,
    executor: WimExecutor,
    createSha1: CreateSha1,
    report: ReportBuilder,
    options: VerifyWimOptions,
  ) {
    this.#set = set;
    this.#executor = executor;
    this.#createSha1 = createSha1;
    this.#report = report;
    this.#options = options;
    this.#images = new Images(set, executor, report);
  }

  async run(): Promise<void> {
    const totalBytes = bytesToVerify(this.#set);
    const advance = (bytes: number): void => {
      this.#bytes += bytes;
      this.#options.onProgress?.({ bytes: this.#bytes, totalBytes });
    };
    const events: StepEvents = {
      batchDone: (step, result) => advance(this.#takeBatch(step, result)),
      rangesDone: (step, result) => advance(this.#takeRanges(step, result)),
      metadataDone: (step, result) => advance(this.#takeMetadata(step, result)),
      largeAdvanced: advance,
      largeDone: (step, digest, problem, slackChunks) => {
        this.#slackChunks += slackChunks;
        this.#compare(step, digest, problem);
      },
    };
    const parts = this.#set.parts.map(({ part }) => part);
    const [executor, createSha1, signal] = [this.#executor, this.#createSha1, this.#options.signal];
    await runSteps(planSteps(this.#set), { parts, executor, createSha1, events, signal });
    this.#images.tellForeignNames();
    this.#images.compareReferences();
    await this.#reportDamaged();
    if (this.#slackChunks > 0) {
      const message = `${this.#slackChunks} compressed chunks have unused bits that are not zero`;
      this.#report.note("wim-slack", "warn", message);
    }
  }

  // Each takes the result of a step, and returns how many bytes of the WIM the step has read.

  #takeRanges({ task: { part, ranges } }: RangesStep, { wrong }: RangesResult): number {
    const { wim } = this.#set.parts[part]!;
    for (const index of wrong) {
      const { offset, length } = ranges[index]!;
      const message = `${wim.name}: bytes ${offset} to ${offset + length} do not match the integrity table`;
      this.#report.fail({ check: "wim-integrity-table", wim: wim.name, message, places: [] }, "wim-damaged");
    }
    return ranges.reduce((bytes, range) => bytes + range.length, 0);
  }

  #takeMetadata({ image, task }: MetadataStep, result: MetadataResult): number {
    this.#slackChunks += result.slackChunks;
    this.#images.take(image, result);
    return task.resource.size;
  }

  #takeBatch({ ids }: BatchStep, result: BlobsResult): number {
    this.#slackChunks += result.slackChunks;
    const damaged = new Set<number>();
    for (const { index, message } of result.problems) {
      this.#damaged.set(ids[index]!, message);
      damaged.add(ids[index]!);
    }
    let bytes = 0;
    for (const id of ids) {
      const { resource } = this.#set.blobs.get(id).entry;
      bytes += resource.size;
      if (!damaged.has(id)) this.#count(resource.originalSize);
    }
    return bytes;
  }

  #compare({ blob }: LargeBlob, digest: Uint8Array | null, problem: string | null): void {
    if (digest === null) {
      this.#damaged.set(blob.id, problem ?? "it cannot be decoded");
    } else if (compareHashes(digest, 0, blob.entry.hash, 0) !== 0) {
      const expected = toHex(blob.entry.hash);
      this.#damaged.set(blob.id, `its content has the SHA-1 ${toHex(digest)}, expected ${expected}`);
    } else {
      this.#count(blob.entry.resource.originalSize);
    }
  }

  #count(contentBytes: number): void {
    this.#report.blobCount += 1;
    this.#report.contentBytes += contentBytes;
  }

  /** Names the files whose content is damaged. */
  async #reportDamaged(): Promise<void> {
    const ids = [...this.#damaged.keys()].toSorted((a, b) => a - b);
    const places = await this.#images.placesOf(ids);
    for (const id of ids) {
      const { part, entry } = this.#set.blobs.get(id);
      const { wim } = this.#set.parts[part]!;
      const blob = toHex(entry.hash);
      const touched = places.get(id) ?? [];
      const first = touched[0];
      const file = first === undefined ? "which no file uses" : `${shortenedPath(first.path)} in image ${first.image}`;
      const problem = this.#damaged.get(id)!;
      const prefix = `${wim.name}: `;
      // Messages of the WIM reader begin with the WIM's name as well.
      const reason = problem.startsWith(prefix) ? problem.slice(prefix.length) : problem;
      const message = `${prefix}blob ${blob} (${file}) is damaged: ${reason}`;
      this.#report.fail({ check: "wim-blobs", blob, wim: wim.name, message, places: touched }, "wim-damaged");
    }
  }
}

/** Reports the checks that passed; `note` never replaces a worse status. */
function reportPassedChecks(set: OpenSet, report: ReportBuilder): void {
  const pass = (id: Parameters<ReportBuilder["note"]>[0], message: string): void => report.note(id, "pass", message);
  pass("wim-header", "the header agrees with the rest of the file");
  pass("wim-layout", "all resources lie in the file, without overlap");
  if (set.parts.some(({ integrityTable }) => integrityTable !== null)) {
    pass("wim-integrity-table", "every chunk matches the integrity table");
  } else {
    report.note("wim-integrity-table", "skip", "there is no integrity table");
  }
  pass("wim-blobs", `${report.blobCount} blobs were decoded and match their SHA-1`);
  pass("wim-metadata", "every file's content is in the lookup table");
  pass("wim-slack", "no unused bits carry data");
}
