/**
 * The cells of a hive that is edited. Bins lie behind the base block without a gap, and cells fill a bin without a gap, so
 * that a walk over them finds every cell that there is: an offset that is not the beginning of one is damage. A new cell
 * takes the first free one that is large enough, or a new bin behind the last; a cell that is given up joins free
 * neighbours.
 */
import { roundUp } from "../bytes/units.js";
import { firstIndexWhere } from "../extents/search.js";
import { baseBlockSize, binRecord, binUnit, cellHeader, cellUnit } from "./hive-records.js";
import { hiveError, type HiveLocation } from "./hive-error.js";

/** Offsets above have another meaning: cells that live in memory alone. */
const largestHive = 2 ** 31;

type FreeCell = { offset: number; size: number };

export class HiveCells {
  readonly at: HiveLocation;
  #data: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** Bytes of all bins. */
  #end: number;
  /** Bytes of the file, and so of `bytes` at least: some hives have more than their bins. */
  readonly #fileSize: number;
  /** By ascending offset; no two touch, save where a bin begins. */
  readonly #free: FreeCell[] = [];
  /** By offset / 8: 1 where a cell in use begins. */
  #used: Uint8Array;

  /** Takes a copy of the hive. `binsSize` is what the base block says. Throws `hive-damaged`. */
  constructor(hive: Uint8Array, binsSize: number, at: HiveLocation) {
    this.at = at;
    this.#data = Uint8Array.from(hive);
    this.#view = new DataView(this.#data.buffer);
    this.#end = binsSize;
    this.#fileSize = hive.length;
    this.#used = new Uint8Array(this.#data.length / cellUnit);
    for (let bin = 0; bin < binsSize;) bin += this.#readBin(bin);
  }

  /** Bytes of all bins. */
  get size(): number {
    return this.#end;
  }

  /** The base block, to be changed in place. */
  get baseBlock(): Uint8Array {
    return this.#data.subarray(0, baseBlockSize);
  }

  /** The whole hive as it is now. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, Math.max(this.#fileSize, baseBlockSize + this.#end));
  }

  /**
   * The content of the cell in use at `offset`, at least `least` bytes; to be changed in place, and valid until a cell is
   * added. Throws `hive-damaged` where there is none; `what` is how messages call it.
   */
  content(offset: number, least: number, what: string): Uint8Array {
    if (offset >= this.#end || offset % cellUnit !== 0 || this.#used[offset / cellUnit] === 0) {
      throw hiveError("hive-damaged", this.at, `${what} is said to lie at ${offset}, where no cell in use begins`);
    }
    const size = -this.#sizeAt(offset);
    if (size - cellHeader.size < least) {
      throw hiveError("hive-damaged", this.at, `${what} at ${offset} has a cell of ${size} bytes`);
    }
    const start = baseBlockSize + offset;
    return this.#data.subarray(start + cellHeader.size, start + size);
  }

  /** A new cell that begins with `content` and has zeros behind it; returns its offset. */
  add(content: Uint8Array): number {
    const needed = roundUp(cellHeader.size + content.length, cellUnit);
    const index = this.#freeIndex(needed);
    const cell = this.#free[index]!;
    const { offset } = cell;
    const rest = cell.size - needed;
    if (rest === 0) this.#free.splice(index, 1);
    else {
      cell.offset += needed;
      cell.size = rest;
      this.#setSize(cell.offset, rest);
    }
    this.#setSize(offset, -needed);
    this.#used[offset / cellUnit] = 1;
    this.#write(offset, content);
    return offset;
  }

  /** The cell with new content: itself where there is room in it, else another one. Returns its offset. */
  replace(offset: number, content: Uint8Array, what: string): number {
    if (this.content(offset, 0, what).length >= content.length) {
      this.#write(offset, content);
      return offset;
    }
    this.remove(offset, what);
    return this.add(content);
  }

  /** Gives a cell up. */
  remove(offset: number, what: string): void {
    const size = this.content(offset, 0, what).length + cellHeader.size;
    this.#used[offset / cellUnit] = 0;
    const index = firstIndexWhere(this.#free.length, (at) => this.#free[at]!.offset > offset);
    const [before, behind] = [this.#free[index - 1], this.#free[index]];
    const freed: FreeCell = { offset, size };
    let [from, to] = [index, index];
    // A bin's header keeps the cells of two bins apart.
    if (behind !== undefined && behind.offset === offset + size) {
      freed.size += behind.size;
      to += 1;
    }
    if (before !== undefined && before.offset + before.size === offset) {
      freed.offset = before.offset;
      freed.size += before.size;
      from -= 1;
    }
    this.#free.splice(from, to - from, freed);
    this.#setSize(freed.offset, freed.size);
  }

  /** Notes the cells of the bin at `bin` and returns its size. */
  #readBin(bin: number): number {
    const { signature, offset, size } = binRecord.decode(this.#data, baseBlockSize + bin);
    if (signature !== "hbin" || offset !== bin || size === 0 || size % binUnit !== 0 || size > this.#end - bin) {
      const seen = `${JSON.stringify(signature)}, offset ${offset}, ${size} bytes`;
      throw hiveError("hive-damaged", this.at, `the bin at ${bin} begins with ${seen}`);
    }
    for (let cell = bin + binRecord.size; cell < bin + size;) {
      const signed = this.#sizeAt(cell);
      const cellSize = Math.abs(signed);
      if (cellSize === 0 || cellSize % cellUnit !== 0 || cellSize > bin + size - cell) {
        throw hiveError("hive-damaged", this.at, `the cell at ${cell} has ${signed} bytes`);
      }
      if (signed < 0) this.#used[cell / cellUnit] = 1;
      else this.#free.push({ offset: cell, size: signed });
      cell += cellSize;
    }
    return size;
  }

  #sizeAt(offset: number): number {
    return cellHeader.fields.size.read(this.#view, baseBlockSize + offset);
  }

  #setSize(offset: number, size: number): void {
    cellHeader.fields.size.write(this.#view, baseBlockSize + offset, size);
  }

  #write(offset: number, content: Uint8Array): void {
    const start = baseBlockSize + offset + cellHeader.size;
    const end = baseBlockSize + offset - this.#sizeAt(offset);
    this.#data.set(content, start);
    this.#data.fill(0, start + content.length, end);
  }

  /** The index of the first free cell of at least `size` bytes, in a new bin where there is none. */
  #freeIndex(size: number): number {
    const index = this.#free.findIndex((cell) => cell.size >= size);
    if (index >= 0) return index;
    const bin = this.#end;
    const binSize = roundUp(binRecord.size + size, binUnit);
    this.#grow(binSize);
    binRecord.patch(this.#data, baseBlockSize + bin, { signature: "hbin", offset: bin, size: binSize });
    const cell = { offset: bin + binRecord.size, size: binSize - binRecord.size };
    this.#setSize(cell.offset, cell.size);
    return this.#free.push(cell) - 1;
  }

  /** Makes room for a bin of `size` bytes, of zeros. */
  #grow(size: number): void {
    const end = this.#end + size;
    if (end > largestHive) throw new RangeError(`${this.at.name} would have ${end} bytes, at most ${largestHive} fit`);
    if (baseBlockSize + end > this.#data.length) {
      const grown = new Uint8Array(baseBlockSize + end * 2);
      grown.set(this.#data);
      this.#data = grown;
      this.#view = new DataView(grown.buffer);
      const used = new Uint8Array(grown.length / cellUnit);
      used.set(this.#used);
      this.#used = used;
    }
    this.#data.fill(0, baseBlockSize + this.#end, baseBlockSize + end);
    this.#end = end;
  }
}
