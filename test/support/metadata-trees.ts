/** Any tree that a metadata resource can hold, for properties. */
import type { Arbitrary } from "fast-check";
import { array, bigInt, constant, integer, letrec, nat, oneof, option, record, uint8Array } from "fast-check";
import { descriptorLengthSize, fileAttributes, securityBlockRecord } from "../../src/wim/metadata.js";
import { paddingOf } from "../../src/wim/metadata-encode.js";
import type { DirectoryEntry, DirectoryList, ImageMetadata, SecurityData } from "../../src/wim/metadata-tree.js";
import type { StreamEntry } from "../../src/wim/metadata-tree.js";

const uint64 = bigInt({ min: 0n, max: 2n ** 64n - 1n });
const uint32 = nat(0xffff_ffff);
const hash = oneof(constant(new Uint8Array(20)), uint8Array({ minLength: 20, maxLength: 20 }));
/** Every unit but NUL and slash, lone surrogates too. */
const unit = oneof(integer({ min: 0x61, max: 0x7a }), integer({ min: 1, max: 0xffff })).filter(
  (code) => code !== 0x2f && code !== 0x2e,
);
const text = (minLength: number) => array(unit, { minLength, maxLength: 9 }).map((all) => String.fromCharCode(...all));
const eights = nat(3).chain((count) => uint8Array({ minLength: count * 8, maxLength: count * 8 }));

/** What follows the names of an entry that has `size` bytes with them, and how many of it the entry's length leaves out. */
function restOf(size: number, extra: Uint8Array, slack: number): { rest: Uint8Array; slack: number } {
  const rest = new Uint8Array([...extra, ...paddingOf(size)]);
  return { rest, slack: Math.min(slack, rest.length) };
}

const withEnd = (name: string): number => (name === "" ? 0 : name.length * 2 + 2);

const stream: Arbitrary<StreamEntry> = record({
  name: text(0),
  hash,
  reserved: uint64,
  extra: eights,
  slack: nat(7),
}).map(({ extra, slack, ...fields }) => ({ ...fields, ...restOf(38 + fields.name.length * 2, extra, slack) }));

type Drawn = { readonly entry: DirectoryEntry };

const { entry: drawnEntry } = letrec<{ entry: Drawn; list: DirectoryList }>((tie) => ({
  entry: record({
    name: text(1),
    shortName: text(0),
    attributes: uint32,
    securityId: uint32,
    creationTime: uint64,
    lastAccessTime: uint64,
    lastWriteTime: uint64,
    hash,
    link: uint64,
    reparse: record({ tag: uint32, reserved: nat(0xffff), flags: nat(0xffff) }),
    streams: array(stream, { maxLength: 3 }),
    list: option(tie("list"), { maxDepth: 2 }),
    unused1: uint64,
    unused2: uint64,
    unknown54: uint32,
    extra: eights,
    slack: nat(7),
  }).map(({ link, reparse, extra, slack, list, ...fields }) => {
    const isReparsePoint = (fields.attributes & fileAttributes.reparsePoint) !== 0;
    const isDirectory = (fields.attributes & fileAttributes.directory) !== 0;
    const size = 102 + withEnd(fields.name) + withEnd(fields.shortName);
    const entry = {
      ...fields,
      hardLinkGroup: isReparsePoint ? 0n : link,
      reparse: isReparsePoint ? reparse : null,
      list: isDirectory ? list : null,
      ...restOf(size, extra, slack),
    };
    return { entry };
  }),
  list: record({
    entries: array(tie("entry"), { maxLength: 3 }).map((all) => all.map(({ entry }) => entry)),
    rank: constant(null),
    gap: eights,
    endLength: nat(8),
  }),
}));

function ranked(root: DirectoryEntry, order: readonly number[]): DirectoryEntry {
  let count = 0;
  const countLists = (entry: DirectoryEntry): void => {
    if (entry.list === null) return;
    count += 1;
    entry.list.entries.forEach(countLists);
  };
  countLists(root);
  const keys = Array.from({ length: count }, (_, index) => order[index % order.length]! * count + index);
  const sorted = keys.toSorted((a, b) => a - b);
  let next = 0;
  const rank = (entry: DirectoryEntry): DirectoryEntry => {
    if (entry.list === null) return entry;
    const place = sorted.indexOf(keys[next++]!);
    return { ...entry, list: { ...entry.list, rank: place, entries: entry.list.entries.map(rank) } };
  };
  return rank(root);
}

/** A block with these descriptors; its length counts `excess` more bytes. */
export function securityOf(descriptors: readonly Uint8Array[], excess = 0): SecurityData {
  const lengths = descriptors.map(({ length }) => length);
  const used = securityBlockRecord.size + lengths.length * descriptorLengthSize + lengths.reduce((a, b) => a + b, 0);
  const block = new Uint8Array(used + excess + paddingOf(used + excess).length);
  securityBlockRecord.patch(block, 0, { totalLength: used + excess, entryCount: descriptors.length });
  const view = new DataView(block.buffer);
  let at = securityBlockRecord.size + lengths.length * descriptorLengthSize;
  for (const [index, descriptor] of descriptors.entries()) {
    view.setUint32(securityBlockRecord.size + index * descriptorLengthSize, descriptor.length, true);
    block.set(descriptor, at);
    at += descriptor.length;
  }
  return { descriptors, block };
}

export const anyMetadata: Arbitrary<ImageMetadata> = record({
  root: drawnEntry,
  rootAttributes: uint32,
  list: option(array(drawnEntry, { maxLength: 4 })),
  gap: eights,
  order: array(nat(100), { minLength: 1, maxLength: 7 }),
  descriptors: array(uint8Array({ maxLength: 40 }), { maxLength: 4 }),
  excess: nat(20),
  tail: uint8Array({ maxLength: 20 }),
}).map(({ root: { entry }, rootAttributes, list, gap, order, descriptors, excess, tail }) => {
  const rest = restOf(102 + withEnd(entry.shortName), new Uint8Array(), 0);
  const root: DirectoryEntry = {
    ...entry,
    ...rest,
    name: "",
    attributes: ((rootAttributes | fileAttributes.directory) & ~fileAttributes.reparsePoint) >>> 0,
    reparse: null,
    list: list === null ? null : { entries: list.map((drawn) => drawn.entry), rank: null, gap, endLength: 0 },
  };
  return { security: securityOf(descriptors, excess), root: ranked(root, order), tail };
});
