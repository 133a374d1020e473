/** One hostile file from a sound one: fields set to what breaks arithmetic, records copied, bytes moved, ends cut off. */
import type { Random } from "./random.js";
import type { Place, Site, Structure } from "./structure.js";

type Span = { readonly start: number; readonly end: number };
type Mutation = (data: Uint8Array, structure: Structure, random: Random) => { data: Uint8Array; span: Span | null };

/** Values where 8-, 16-, 30-, 32-, 53- and 64-bit arithmetic goes wrong. */
const edges: readonly bigint[] = [7, 8, 15, 16, 24, 30, 31, 32, 40, 48, 52, 53, 63, 64].flatMap((bits) => {
  const power = 1n << BigInt(bits);
  return [power - 1n, power, power + 1n];
});
const small: readonly bigint[] = [0n, 0n, 1n, 1n, 2n, 3n, 4n, 8n, 20n, 50n, 255n, 512n, 2048n, 4096n, 32_768n];

function readField(data: Uint8Array, { offset, width }: Site): bigint {
  let value = 0n;
  for (let at = width - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(data[offset + at] ?? 0);
  return value;
}

function writeField(data: Uint8Array, { offset, width }: Site, value: bigint, bigEndian: boolean): void {
  let left = BigInt.asUintN(width * 8, value);
  for (let at = 0; at < width; at += 1) {
    const to = bigEndian ? offset + width - 1 - at : offset + at;
    if (to < data.length) data[to] = Number(left & 0xffn);
    left >>= 8n;
  }
}

/** Kinds come before numbers: a thousand table entries do not hide one header. */
function pickSite({ sites }: Structure, random: Random): Site {
  return random.pick(sites.get(random.pick([...sites.keys()]))!);
}

function fieldValue(data: Uint8Array, site: Site, structure: Structure, random: Random): bigint {
  const old = readField(data, site);
  const size = BigInt(data.length);
  const choices: (() => bigint)[] = [
    () => random.pick(small),
    () => random.pick(edges),
    () => (1n << BigInt(site.width * 8)) - 1n - BigInt(random.below(3)),
    () => old + BigInt(random.below(5)) - 2n,
    () => old * 2n,
    () => old / 2n,
    () => old ^ (1n << BigInt(random.below(site.width * 8))),
    () => size - BigInt(random.below(3)) + 1n,
    () => size / 2048n,
    () => BigInt(random.below(0x1_0000_0000)),
    // What another field says: lists that lead back to themselves come from this.
    () => readField(data, pickSite(structure, random)),
    () => BigInt(random.pick(structure.places).offset),
  ];
  return random.pick(choices)();
}

const setField: Mutation = (data, structure, random) => {
  const site = pickSite(structure, random);
  writeField(data, site, fieldValue(data, site, structure, random), random.oneIn(12));
  return { data, span: { start: site.offset, end: site.offset + site.width } };
};

const changeBytes: Mutation = (data, structure, random) => {
  const place = random.oneIn(3) ? null : random.pick(structure.places);
  const start = place === null ? random.below(data.length) : place.offset + random.below(place.length + 8);
  const end = Math.min(start + 1 + random.below(4), data.length);
  for (let at = start; at < end; at += 1) data[at] = random.oneIn(4) ? random.pick([0, 0xff]) : random.below(256);
  return { data, span: { start, end } };
};

const flipBit: Mutation = (data, structure, random) => {
  const { offset, length } = random.pick(structure.streams.length > 0 ? structure.streams : structure.places);
  const at = offset + random.below(Math.max(length, 1));
  if (at < data.length) data[at]! ^= 1 << random.below(8);
  return { data, span: { start: at, end: at + 1 } };
};

/** A record over another, mostly of its own kind. */
const copyRecord: Mutation = (data, structure, random) => {
  const from = random.pick(structure.places);
  const alike: readonly Place[] = structure.places.filter(({ kind }) => kind === from.kind);
  const to = random.pick(random.oneIn(5) ? structure.places : alike);
  const end = Math.min(to.offset + Math.min(from.length, to.length), data.length);
  data.copyWithin(to.offset, from.offset, from.offset + Math.max(end - to.offset, 0));
  return { data, span: { start: to.offset, end } };
};

const fillBlock: Mutation = (data, _structure, random) => {
  const unit = random.pick([16, 128, 512, 2048]);
  const start = random.below(Math.ceil(data.length / unit)) * unit;
  const end = Math.min(start + unit, data.length);
  data.fill(random.pick([0, 0xff, random.below(256)]), start, end);
  return { data, span: { start, end } };
};

const copyBlock: Mutation = (data, _structure, random) => {
  const unit = random.pick([512, 2048, 4096]);
  const blocks = Math.max(Math.floor(data.length / unit), 1);
  const start = random.below(blocks) * unit;
  data.copyWithin(start, random.below(blocks) * unit, (random.below(blocks) + 1) * unit);
  return { data, span: { start, end: data.length } };
};

const removeBytes: Mutation = (data, _structure, random) => {
  const start = random.below(data.length);
  const count = random.pick([1, 2, 8, 50, 512, 2048]);
  return { data: joined(data.subarray(0, start), data.subarray(start + count)), span: null };
};

const insertBytes: Mutation = (data, _structure, random) => {
  const start = random.below(data.length);
  const count = random.pick([1, 2, 8, 50, 512, 2048]);
  const piece = data.subarray(start, start + count);
  return { data: joined(data.subarray(0, start), piece, data.subarray(start)), span: null };
};

const truncate: Mutation = (data, structure, random) => {
  const end = random.oneIn(2) ? random.below(data.length) : random.pick(structure.places).offset + random.below(64);
  return { data: data.slice(0, Math.min(end, data.length)), span: null };
};

const extend: Mutation = (data, _structure, random) => {
  const tail = new Uint8Array(random.pick([1, 512, 2048, 40_000])).fill(random.pick([0, 0xff]));
  return { data: joined(data, tail), span: null };
};

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** As often as they stand here. */
const mutations: readonly Mutation[] = [
  ...Array.from({ length: 14 }, () => setField),
  ...Array.from({ length: 4 }, () => changeBytes),
  ...Array.from({ length: 3 }, () => flipBit),
  ...Array.from({ length: 3 }, () => copyRecord),
  fillBlock,
  copyBlock,
  removeBytes,
  insertBytes,
  truncate,
  extend,
];

/** A changed copy of `sound`: one to eight changes, after which most copies have their checksums made right again. */
export function mutated(sound: Uint8Array, structure: Structure, random: Random): Uint8Array {
  let data: Uint8Array = sound.slice();
  const spans: Span[] = [];
  const count = 1 + random.below(random.pick([1, 3, 8]));
  for (let change = 0; change < count && data.length > 0; change += 1) {
    const result = random.pick(mutations)(data, structure, random);
    data = result.data;
    if (result.span !== null) spans.push(result.span);
  }
  if (random.oneIn(6)) return data;
  for (const { start, end, repair } of structure.seals) {
    if (spans.some((span) => span.start < end && start < span.end)) repair(data);
  }
  return data;
}
