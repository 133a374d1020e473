/**
 * What is read next: the order in which a disc with unreadable sectors is read, after GNU ddrescue's (its manual,
 * "Algorithm"). Pure: it is asked for the next read and told whether that succeeded.
 *
 * - copying: large reads. Pass 1 goes up, and skips more and more behind each error; pass 2 comes back down, up to the first
 *   error in each run that was skipped; pass 5 goes up once more over what is left. (ddrescue's passes 3 and 4 are for slow
 *   places, which nothing is skipped for here.) A large read that failed is `non-trimmed`.
 * - trimming: sector by sector from both edges of such a block up to its first bad sector.
 * - scraping: what is left in between, sector by sector.
 * - retrying: the bad sectors, once in each pass, upwards and downwards in turn.
 *
 * So each sector is read at most twice and once more for each retry; the errors themselves, which take a drive seconds, are
 * met as late as possible. State is the map and (status, pass, position), which is what a map file holds.
 */
import { roundDown, roundUp } from "../bytes/units.js";
import { runEnd, type Run } from "../extents/extent.js";
import { inSectors, type RescueMap } from "./rescue-map.js";

/** What is done at the moment; `finished` once every place was read or given up. */
export type RescueStatus = "copying" | "trimming" | "scraping" | "retrying" | "finished";

export type RescueState = {
  readonly status: RescueStatus;
  /** Counted from 1, in this status. */
  readonly pass: number;
  /** Where the next read begins; in a pass downwards, where it ends. */
  readonly position: number;
};

export type RescueOptions = {
  /** Bytes: the smallest read. */
  readonly sectorSize: number;
  /** Bytes: the largest read, a multiple of `sectorSize`. */
  readonly clusterSize: number;
  /** How often what is bad is tried again. */
  readonly retries: number;
};

export const freshState: RescueState = { status: "copying", pass: 1, position: 0 };

/** Of copying: the last pass. */
const sweep = 5;
/** Skips grow up to this part of the disc. */
const skipPart = 0.01;

/** Upwards in passes of odd number. */
const isUpwards = (pass: number): boolean => pass % 2 === 1;

export class Rescue {
  readonly map: RescueMap;
  readonly #options: RescueOptions;
  #status: RescueStatus;
  #pass: number;
  #position: number;
  #skip: number;

  /** `map` is taken over, in whole sectors, with `size` bytes. */
  constructor(map: RescueMap, size: number, state: RescueState, options: RescueOptions) {
    this.map = inSectors(map, size, options.sectorSize);
    this.#options = options;
    this.#status = state.status;
    this.#pass = state.pass;
    const { sectorSize } = options;
    const position = Math.min(state.position, size);
    this.#position = this.#isDownwards()
      ? Math.min(size, roundUp(position, sectorSize))
      : roundDown(position, sectorSize);
    this.#skip = options.clusterSize;
    this.#beginWhereWorkIsLeft();
  }

  get state(): RescueState {
    return { status: this.#status, pass: this.#pass, position: this.#position };
  }

  /** The next read; null where there is none any more. The same until one of `succeeded` and `failed` is called. */
  next(): Run | null {
    while (this.#status !== "finished") {
      const run = this.#candidate();
      if (run !== null) return run;
      this.#advance();
    }
    return null;
  }

  /** What `next` gave was read. */
  succeeded(run: Run): void {
    this.map.set(run, "finished");
    this.#skip = this.#options.clusterSize;
    if (this.#status !== "trimming") this.#position = this.#isDownwards() ? run.offset : runEnd(run);
  }

  /** What `next` gave could not be read. */
  failed(run: Run): void {
    const isDownwards = this.#isDownwards();
    if (this.#status === "copying") {
      const rest = isDownwards ? this.map.last("non-tried", runEnd(run)) : this.map.first("non-tried", run.offset);
      this.map.set(run, run.length > this.#options.sectorSize ? "non-trimmed" : "bad-sector");
      if (this.#pass === 1) {
        this.#position = Math.min(this.map.size, runEnd(run) + this.#skip);
        this.#skip = Math.min(2 * this.#skip, this.#longestSkip());
      } else if (this.#pass >= sweep) {
        this.#position = runEnd(run);
      } else if (rest !== null) {
        this.#position = isDownwards ? rest.offset : runEnd(rest);
      }
      return;
    }
    this.map.set(run, "bad-sector");
    if (this.#status !== "trimming") this.#position = isDownwards ? run.offset : runEnd(run);
  }

  #candidate(): Run | null {
    const { sectorSize } = this.#options;
    if (this.#status === "copying") return this.#cluster();
    if (this.#status === "trimming") return this.#edge();
    const status = this.#status === "scraping" ? "non-scraped" : "bad-sector";
    if (!this.#isDownwards()) {
      const found = this.map.first(status, this.#position);
      return found === null ? null : { offset: found.offset, length: Math.min(sectorSize, found.length) };
    }
    const found = this.map.last(status, this.#position);
    if (found === null) return null;
    const offset = roundDown(runEnd(found) - 1, sectorSize);
    return { offset, length: runEnd(found) - offset };
  }

  /** Up to the next multiple of the cluster's size. */
  #cluster(): Run | null {
    const { clusterSize } = this.#options;
    if (!this.#isDownwards()) {
      const found = this.map.first("non-tried", this.#position);
      if (found === null) return null;
      const end = Math.min(runEnd(found), roundDown(found.offset, clusterSize) + clusterSize);
      return { offset: found.offset, length: end - found.offset };
    }
    const found = this.map.last("non-tried", this.#position);
    if (found === null) return null;
    const end = runEnd(found);
    const offset = Math.max(found.offset, roundUp(end, clusterSize) - clusterSize);
    return { offset, length: end - offset };
  }

  /** A sector at an edge of a block that has no bad sector beside it yet. What is between two such is left to scraping. */
  #edge(): Run | null {
    const { sectorSize } = this.#options;
    for (;;) {
      const block = this.map.first("non-trimmed", this.#position);
      if (block === null) return null;
      this.#position = block.offset;
      const end = runEnd(block);
      if (this.map.statusAt(block.offset - 1) !== "bad-sector") {
        return { offset: block.offset, length: Math.min(sectorSize, block.length) };
      }
      if (this.map.statusAt(end) !== "bad-sector") {
        const offset = roundDown(end - 1, sectorSize);
        return { offset, length: end - offset };
      }
      this.map.set(block, "non-scraped");
    }
  }

  /** To the next pass, or the next status that has work. */
  #advance(): void {
    const { map } = this;
    if (this.#status === "copying") {
      if (map.bytes("non-tried") > 0) return this.#begin("copying", this.#pass === 1 ? 2 : sweep);
      return this.#begin("trimming");
    }
    if (this.#status === "trimming") return this.#begin(map.bytes("non-trimmed") > 0 ? "trimming" : "scraping");
    if (this.#status === "scraping") return this.#begin(map.bytes("non-scraped") > 0 ? "scraping" : "retrying");
    if (this.#pass < this.#options.retries && map.bytes("bad-sector") > 0) {
      return this.#begin("retrying", this.#pass + 1);
    }
    this.#finish();
  }

  #begin(status: RescueStatus, pass = 1): void {
    this.#status = status;
    this.#pass = pass;
    this.#position = this.#isDownwards() ? this.map.size : 0;
    this.#skip = this.#options.clusterSize;
    if (status === "retrying" && (pass > this.#options.retries || this.map.bytes("bad-sector") === 0)) this.#finish();
  }

  #finish(): void {
    this.#status = "finished";
    this.#pass = 1;
    this.#position = this.map.size;
  }

  /** A map that was finished, or edited, may have work of a status before its own; bad sectors are tried anew in each run. */
  #beginWhereWorkIsLeft(): void {
    const { map } = this;
    const isPast = (...statuses: RescueStatus[]): boolean => statuses.includes(this.#status);
    if (map.bytes("non-tried") > 0) {
      if (!isPast("copying")) this.#begin("copying");
    } else if (map.bytes("non-trimmed") > 0) {
      if (isPast("scraping", "retrying", "finished")) this.#begin("trimming");
    } else if (map.bytes("non-scraped") > 0) {
      if (isPast("retrying", "finished")) this.#begin("scraping");
    } else if (isPast("finished") || this.#pass > this.#options.retries) {
      this.#begin("retrying");
    }
  }

  #isDownwards(): boolean {
    if (this.#status === "copying" && this.#pass >= sweep) return false;
    return (this.#status === "copying" || this.#status === "retrying") && !isUpwards(this.#pass);
  }

  #longestSkip(): number {
    const { clusterSize } = this.#options;
    return Math.max(clusterSize, roundUp(this.map.size * skipPart, clusterSize));
  }
}

/** The map with all that is not finished as if it had never been tried: another copy of the disc has other scratches. */
export function forgetFailures(map: RescueMap): void {
  for (const status of ["non-trimmed", "non-scraped", "bad-sector"] as const) {
    for (const run of map.runs(status)) map.set(run, "non-tried");
  }
}
