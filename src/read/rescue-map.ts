/**
 * What of a disc was read, as GNU ddrescue counts it (its manual, "Mapfile structure"): blocks of one status each, ascending,
 * without gaps and overlaps, and never two neighbours of the same status. Pure.
 */
import { runEnd, type Run } from "../extents/extent.js";
import { firstRunEndingBehind } from "../extents/search.js";

/** ddrescue's words for what a block is. Of two halves of a sector, the one that was tried less comes first here. */
export const blockStatuses = ["non-tried", "non-trimmed", "non-scraped", "bad-sector", "finished"] as const;
export type BlockStatus = (typeof blockStatuses)[number];

export type MapBlock = Run & { readonly status: BlockStatus };

export class RescueMap {
  /** Bytes that the map is of. */
  readonly size: number;
  #blocks: MapBlock[];
  readonly #totals = new Map<BlockStatus, number>();

  /** Nothing was tried yet, or what `blocks` say. Throws RangeError where these do not follow one another up to `size`. */
  constructor(size: number, blocks: readonly MapBlock[] = []) {
    this.size = size;
    this.#blocks = [];
    let end = 0;
    const untried: readonly MapBlock[] = [{ offset: 0, length: size, status: "non-tried" }];
    for (const block of blocks.length === 0 ? untried : blocks) {
      const { offset, length, status } = block;
      if (offset !== end || length < 0) throw new RangeError(`a block begins at byte ${offset}, expected ${end}`);
      end = runEnd(block);
      this.#totals.set(status, this.bytes(status) + length);
      append(this.#blocks, { offset, length, status });
    }
    if (end !== size) throw new RangeError(`the blocks end at byte ${end}, expected ${size}`);
  }

  get blocks(): readonly MapBlock[] {
    return this.#blocks;
  }

  /** Bytes of this status. */
  bytes(status: BlockStatus): number {
    return this.#totals.get(status) ?? 0;
  }

  /** All runs of this status. */
  runs(status: BlockStatus): Run[] {
    const found = this.#blocks.filter((block) => block.status === status);
    return found.map(({ offset, length }) => ({ offset, length }));
  }

  /** Undefined outside of the map. */
  statusAt(offset: number): BlockStatus | undefined {
    if (offset < 0 || offset >= this.size) return undefined;
    return this.#blocks[this.#indexAt(offset)]?.status;
  }

  /** The first run of this status, without what lies before `from`. */
  first(status: BlockStatus, from: number): Run | null {
    if (from >= this.size || this.bytes(status) === 0) return null;
    for (let index = this.#indexAt(from); index < this.#blocks.length; index += 1) {
      const block = this.#blocks[index]!;
      if (block.status !== status) continue;
      const offset = Math.max(from, block.offset);
      return { offset, length: runEnd(block) - offset };
    }
    return null;
  }

  /** The last run of this status, without what lies at `before` and behind it. */
  last(status: BlockStatus, before: number): Run | null {
    if (before <= 0 || this.bytes(status) === 0) return null;
    for (let index = this.#indexAt(Math.min(before, this.size) - 1); index >= 0; index -= 1) {
      const block = this.#blocks[index]!;
      if (block.status !== status) continue;
      return { offset: block.offset, length: Math.min(before, runEnd(block)) - block.offset };
    }
    return null;
  }

  /** Gives `[offset, offset + length)`, which lies in the map, this status. */
  set({ offset, length }: Run, status: BlockStatus): void {
    const end = offset + length;
    if (length <= 0 || offset < 0 || end > this.size) return;
    const first = Math.max(0, this.#indexAt(offset) - 1);
    const last = Math.min(this.#blocks.length - 1, this.#indexAt(end - 1) + 1);
    const replacement: MapBlock[] = [];
    let isSet = false;
    for (const block of this.#blocks.slice(first, last + 1)) {
      const blockEnd = runEnd(block);
      const inside = Math.min(end, blockEnd) - Math.max(offset, block.offset);
      if (block.offset < offset) {
        append(replacement, { ...block, length: Math.min(blockEnd, offset) - block.offset });
      }
      if (inside > 0) this.#totals.set(block.status, this.bytes(block.status) - inside);
      if (inside > 0 && !isSet) {
        append(replacement, { offset, length, status });
        isSet = true;
      }
      if (blockEnd > end) {
        const start = Math.max(block.offset, end);
        append(replacement, { offset: start, length: blockEnd - start, status: block.status });
      }
    }
    this.#totals.set(status, this.bytes(status) + length);
    this.#blocks.splice(first, last + 1 - first, ...replacement);
  }

  /** The index of the block that `offset`, which lies in the map, is in. */
  #indexAt(offset: number): number {
    return firstRunEndingBehind(this.#blocks, offset);
  }
}

/** Adds a block behind the others; one of the last block's status makes that longer. */
function append(blocks: MapBlock[], block: MapBlock): void {
  if (block.length === 0) return;
  const last = blocks.at(-1);
  if (last?.status !== block.status) blocks.push(block);
  else blocks[blocks.length - 1] = { ...last, length: last.length + block.length };
}

/**
 * The map of `size` bytes with whole sectors: where a sector is not finished as a whole, all of it has the status of its
 * part that was tried least, as in ddrescue's option `--sector-size`. What `map` lacks was not tried, and what it has behind
 * `size` is left out.
 */
export function inSectors(map: RescueMap, size: number, sectorSize: number): RescueMap {
  const inside = map.blocks
    .filter(({ offset }) => offset < size)
    .map((block) => ({ ...block, length: Math.min(block.length, size - block.offset) }));
  if (map.size < size) inside.push({ offset: map.size, length: size - map.size, status: "non-tried" });
  const whole = new RescueMap(size, inside);
  const edges = inside.map(({ offset }) => offset).filter((offset) => offset % sectorSize !== 0);
  for (const sector of new Set(edges.map((edge) => Math.floor(edge / sectorSize)))) {
    const offset = sector * sectorSize;
    const run = { offset, length: Math.min(sectorSize, size - offset) };
    whole.set(run, leastTried(whole, run));
  }
  return whole;
}

function leastTried(map: RescueMap, run: Run): BlockStatus {
  const found = new Set<BlockStatus>();
  for (let at = run.offset; at < runEnd(run);) {
    const status = map.statusAt(at)!;
    found.add(status);
    at = runEnd(map.first(status, at)!);
  }
  return blockStatuses.find((status) => found.has(status)) ?? "non-tried";
}
