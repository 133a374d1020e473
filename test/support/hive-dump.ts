/**
 * All that a hive holds, read by numbers from the format's description and by no code of the program's; whatever Windows
 * relies on and is not so is thrown.
 */
export type DumpedValue = { readonly type: number; readonly data: Uint8Array };
/** By path (names joined by a backslash, the root's is empty): values by name. */
export type HiveDump = Map<string, Map<string, DumpedValue>>;

const none = 0xffff_ffff;

export function dumpHive(hive: Uint8Array): HiveDump {
  return new Dumper(hive).dump();
}

class Dumper {
  readonly #hive: Uint8Array;
  readonly #view: DataView;
  readonly #used = new Set<number>();
  readonly #references = new Map<number, number>();
  readonly #keys: HiveDump = new Map();

  constructor(hive: Uint8Array) {
    this.#hive = hive;
    this.#view = new DataView(hive.buffer, hive.byteOffset, hive.byteLength);
  }

  dump(): HiveDump {
    this.#checkBase();
    this.#checkBins(this.#u32(40));
    this.#key(this.#u32(36), "", none);
    for (const [cell, count] of this.#references) {
      expectSame(this.#u32(this.#at(cell) + 12), count, `references of the security descriptor at ${cell}`);
    }
    expectSame(this.#used.size, 0, `cells that nothing refers to (${[...this.#used].slice(0, 5).join(", ")})`);
    return this.#keys;
  }

  #u16 = (at: number): number => this.#view.getUint16(at, true);
  #u32 = (at: number): number => this.#view.getUint32(at, true);
  #text = (at: number, length: number): string => String.fromCharCode(...this.#hive.subarray(at, at + length));

  #checkBase(): void {
    let sum = 0;
    for (let at = 0; at < 508; at += 4) sum ^= this.#u32(at);
    expectSame(this.#text(0, 4), "regf", "the signature");
    expectSame(this.#u32(508), sum >>> 0, "the checksum");
    expectSame(this.#u32(4), this.#u32(8), "the sequence numbers");
  }

  #checkBins(size: number): void {
    for (let bin = 0; bin < size; bin += this.#u32(4096 + bin + 8)) {
      expectSame(this.#text(4096 + bin, 4), "hbin", `the bin at ${bin}`);
      expectSame(this.#u32(4096 + bin + 4), bin, "the offset of a bin");
      const end = bin + this.#u32(4096 + bin + 8);
      expectSame(end % 4096, 0, "what a bin's size is over");
      let cell = bin + 32;
      while (cell < end) {
        const cellSize = this.#view.getInt32(4096 + cell, true);
        expectSame(cellSize === 0 || cellSize % 8 !== 0, false, `a bad size of the cell at ${cell}`);
        if (cellSize < 0) this.#used.add(cell);
        cell += Math.abs(cellSize);
      }
      expectSame(cell, end, "the end of a bin's cells");
    }
  }

  /** Where the content of the cell lies. */
  #at = (cell: number): number => 4096 + cell + 4;

  #take(cell: number): number {
    if (!this.#used.delete(cell)) throw new Error(`the cell at ${cell} is in use by nothing, or by two`);
    return this.#at(cell);
  }

  #name(at: number, length: number, isCompressed: boolean): string {
    if (isCompressed) return this.#text(at, length);
    return Array.from({ length: length / 2 }, (_, index) => String.fromCharCode(this.#u16(at + 2 * index))).join("");
  }

  #key(cell: number, path: string, parent: number): string {
    const at = this.#take(cell);
    expectSame(this.#text(at, 2), "nk", `the key at ${cell}`);
    const name = this.#name(at + 76, this.#u16(at + 72), (this.#u16(at + 2) & 0x20) !== 0);
    const own = parent === none ? "" : path === "" ? name : `${path}\\${name}`;
    if (parent !== none) expectSame(this.#u32(at + 16), parent, `the parent of ${own}`);
    const security = this.#u32(at + 44);
    if (!this.#references.has(security)) this.#take(security);
    this.#references.set(security, (this.#references.get(security) ?? 0) + 1);
    this.#values(at, own);
    const count = this.#u32(at + 20);
    const children = count === 0 ? [] : this.#list(this.#u32(at + 28));
    expectSame(children.length, count, `the number of subkeys of ${own}`);
    const names = children.map((child) => this.#key(child.cell, own, cell));
    for (const [index, each] of names.entries()) {
      const { hint, signature } = children[index]!;
      expectSame(hint, hintOf(each, signature), `the hint of ${own}\\${each}`);
      if (index > 0) expectSame(upper(names[index - 1]!) < upper(each), true, `the order of ${own}\\${each}`);
    }
    const longest = Math.max(0, ...names.map((each) => each.length * 2));
    expectSame(this.#u16(at + 52), Math.max(longest, this.#u16(at + 52)), `the longest name below ${own}`);
    return name;
  }

  #list(cell: number): { cell: number; hint: number; signature: string }[] {
    const at = this.#take(cell);
    const signature = this.#text(at, 2);
    const indexes = Array.from({ length: this.#u16(at + 2) }, (_, index) => index);
    if (signature === "ri") return indexes.flatMap((index) => this.#list(this.#u32(at + 4 + 4 * index)));
    if (signature === "li") {
      return indexes.map((index) => ({ cell: this.#u32(at + 4 + 4 * index), hint: 0, signature }));
    }
    expectSame(["lf", "lh"].includes(signature), true, `the list at ${cell}`);
    return indexes.map((index) => {
      return { cell: this.#u32(at + 4 + 8 * index), hint: this.#u32(at + 8 + 8 * index), signature };
    });
  }

  #values(key: number, path: string): void {
    const values = new Map<string, DumpedValue>();
    const count = this.#u32(key + 36);
    const list = count === 0 ? 0 : this.#take(this.#u32(key + 40));
    for (let index = 0; index < count; index += 1) {
      const at = this.#take(this.#u32(list + 4 * index));
      expectSame(this.#text(at, 2), "vk", `value ${index} of ${path}`);
      const name = this.#name(at + 20, this.#u16(at + 2), (this.#u16(at + 16) & 1) !== 0);
      const data = this.#data(at);
      values.set(name, { type: this.#u32(at + 12), data });
      expectSame(this.#u32(key + 60) >= name.length * 2, true, `the longest name of ${path}`);
      expectSame(this.#u32(key + 64) >= data.length, true, `the largest data of ${path}`);
    }
    expectSame(values.size, count, `the number of values of ${path}`);
    this.#keys.set(path, values);
  }

  #data(value: number): Uint8Array {
    const size = this.#u32(value + 4);
    if (size >= 0x8000_0000) return this.#hive.slice(value + 8, value + 8 + size - 0x8000_0000);
    const cell = this.#u32(value + 8);
    const at = this.#take(cell);
    if (size <= 16_344 || this.#u32(24) < 4) return this.#hive.slice(at, at + size);
    expectSame(this.#text(at, 2), "db", `the data at ${cell}`);
    const segments = this.#take(this.#u32(at + 4));
    const pieces: Uint8Array[] = [];
    for (let index = 0; index < this.#u16(at + 2); index += 1) {
      const segment = this.#take(this.#u32(segments + 4 * index));
      pieces.push(this.#hive.subarray(segment, segment + Math.min(16_344, size - index * 16_344)));
    }
    const whole = Buffer.concat(pieces);
    expectSame(whole.length, size, "the size of data in segments");
    return whole;
  }
}

function expectSame<T>(seen: T, expected: T, what: string): void {
  if (seen !== expected) throw new Error(`${what}: ${String(seen)}, expected ${String(expected)}`);
}

/** Enough for the names of tests: those whose upper case is one unit. */
export const upper = (name: string): string => name.toUpperCase();

function hintOf(name: string, signature: string): number {
  if (signature === "li") return 0;
  if (signature === "lh") {
    return unitsOf(upper(name)).reduce((hash, unit) => (Math.imul(hash, 37) + unit) >>> 0, 0);
  }
  const first = unitsOf(name.slice(0, 4));
  if (first.some((unit) => unit > 0xff)) return 0;
  return first.reduce((word, unit, index) => (word | (unit << (8 * index))) >>> 0, 0);
}

const unitsOf = (text: string): number[] => Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
