/** Metadata as a tree and back: nothing is lost, whatever it holds; what would be lost is refused. */
import { array, assert, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { buildMetadata } from "../../fixtures/wim/metadata.js";
import { Win7UsbError } from "../../src/errors.js";
import { directoryEntryRecord, fileAttributes, withoutSecurity } from "../../src/wim/metadata.js";
import { decodeMetadata } from "../../src/wim/metadata-decode.js";
import { encodeMetadata, paddingOf } from "../../src/wim/metadata-encode.js";
import type { DirectoryEntry, ImageMetadata } from "../../src/wim/metadata-tree.js";
import { walkMetadata } from "../../src/wim/metadata-walk.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { anyMetadata, securityOf } from "../support/metadata-trees.js";

const at = { name: "test.wim" };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const hashOf = (seed: number): Uint8Array => new Uint8Array(20).fill(seed);

/** Whether the bytes are the same when they were decoded and encoded. */
function isKept(data: Uint8Array): boolean {
  return Buffer.compare(encodeMetadata(decodeMetadata(data, at), at), data) === 0;
}

/** An entry with its names' padding; the rest is what most files have. */
function entryOf(name: string, fields: Partial<DirectoryEntry> = {}): DirectoryEntry {
  const { shortName = "" } = fields;
  const named = (text: string): number => (text === "" ? 0 : text.length * 2 + 2);
  return {
    name,
    shortName,
    attributes: fileAttributes.archive,
    securityId: 0,
    creationTime: 0x01ca_0431_1d2c_1a00n,
    lastAccessTime: 0x01ca_0431_1d2c_1a01n,
    lastWriteTime: 0x01ca_0431_1d2c_1a02n,
    hash: new Uint8Array(20),
    hardLinkGroup: 0n,
    reparse: null,
    streams: [],
    list: null,
    unused1: 0n,
    unused2: 0n,
    unknown54: 0,
    rest: paddingOf(directoryEntryRecord.size + named(name) + named(shortName)),
    slack: 0,
    ...fields,
  };
}

const listOf = (rank: number, ...entries: DirectoryEntry[]) => ({ entries, rank, gap: new Uint8Array(), endLength: 0 });
const folder = (name: string, rank: number | null, ...entries: DirectoryEntry[]): DirectoryEntry =>
  entryOf(name, { attributes: fileAttributes.directory, list: rank === null ? null : listOf(rank, ...entries) });
const streamOf = (name: string, hash: Uint8Array) => ({
  name,
  hash,
  reserved: 0n,
  rest: paddingOf(38 + name.length * 2),
  slack: 0,
});

/** Of the shape that Windows' own images have. */
const windows: ImageMetadata = {
  security: securityOf([bytesOf("a descriptor"), bytesOf(""), bytesOf("another, longer one")]),
  root: folder(
    "",
    0,
    folder(
      "Program Files",
      1,
      entryOf("Common Files", {
        attributes: fileAttributes.directory,
        shortName: "COMMON~1",
        securityId: 1,
        list: listOf(2),
      }),
      folder("without a list", null),
    ),
    folder(
      "Windows",
      3,
      entryOf("explorer.exe", { hash: hashOf(1), hardLinkGroup: 17n, securityId: 2 }),
      entryOf("linked explorer.exe", { hash: hashOf(1), hardLinkGroup: 17n, shortName: "LINKED~1.EXE" }),
      entryOf("streams.txt", { streams: [streamOf("", hashOf(2)), streamOf("Zone.Identifier", hashOf(3))] }),
    ),
    entryOf("Documents and Settings", {
      attributes: fileAttributes.directory | fileAttributes.reparsePoint,
      reparse: { tag: 0xa000_0003, reserved: 0, flags: 1 },
      hash: hashOf(4),
      securityId: withoutSecurity,
      list: listOf(4),
    }),
    entryOf("tagged.bin", { rest: new Uint8Array([...paddingOf(102 + 22), ...bytesOf("16 bytes of tags")]) }),
  ),
  tail: new Uint8Array(),
};
const rootEnd = { gap: new Uint8Array(8) };
const shaped: ImageMetadata = {
  ...windows,
  root: { ...windows.root, list: { ...windows.root.list!, ...rootEnd } },
};

describe("metadata of Windows' shape", () => {
  it("is the same tree when it was encoded and decoded", () => {
    expect(decodeMetadata(encodeMetadata(shaped, at), at)).toEqual(shaped);
  });

  it("is walked as what it is", () => {
    const seen: string[] = [];
    walkMetadata(encodeMetadata(shaped, at), at, (entry) => {
      const streams = entry.streams.map((stream) => entry.pathOf(stream));
      seen.push([entry.path(), entry.isDirectory, entry.hardLinkLow, ...streams].join(" "));
    });
    expect(seen).toContain("Windows/streams.txt false 0 Windows/streams.txt Windows/streams.txt:Zone.Identifier");
    expect(seen).toContain("Windows/linked explorer.exe false 17 Windows/linked explorer.exe");
    expect(seen).toContain("Documents and Settings true 0 Documents and Settings");
    expect(seen).toHaveLength(10);
  });

  it("is the same bytes when it was decoded and encoded: what the fixtures write", async () => {
    const deep = directory("Windows", [directory("System32", [file("ntdll.dll", 10), file("empty")])]);
    const { resource } = await buildMetadata(tree(deep, directory("none"), file("größe.txt", 3)));
    expect(encodeMetadata(decodeMetadata(resource, at), at)).toEqual(resource);
  });

  it("may have 1,000 directories, and 1,000 within one another", () => {
    const many = Array.from({ length: 1000 }, (_, index) => folder(`directory ${index}`, index + 1001));
    let nested = folder("d", 1000);
    for (let rank = 999; rank > 0; rank -= 1) nested = folder("d", rank, nested);
    const large = { ...shaped, root: folder("", 0, nested, ...many) };
    const data = encodeMetadata(large, at);
    expect(isKept(data)).toBe(true);
  });
});

describe("any metadata", () => {
  it("is the same tree when it was encoded and decoded", () => {
    assert(
      property(anyMetadata, (metadata) => {
        expect(decodeMetadata(encodeMetadata(metadata, at), at)).toEqual(metadata);
      }),
      { numRuns: 150 },
    );
  });

  it("is the same bytes when it was decoded and encoded, however it was tampered with, or is refused", () => {
    const change = record({ where: nat(1 << 16), value: nat(255) });
    let kept = 0;
    assert(
      property(anyMetadata, array(change, { maxLength: 3 }), (metadata, changes) => {
        const data = encodeMetadata(metadata, at);
        for (const { where, value } of changes) data[where % data.length] = value;
        try {
          expect(isKept(data)).toBe(true);
          kept += 1;
        } catch (error) {
          if (!(error instanceof Win7UsbError)) throw error;
          expect(["wim-damaged", "wim-unsupported"]).toContain(error.code);
        }
      }),
      { numRuns: 300 },
    );
    expect(kept).toBeGreaterThan(60);
  });
});

describe("what would not stay as it is", () => {
  const data = encodeMetadata(shaped, at);
  const offsets = new Map<string, number>();
  walkMetadata(data, at, (entry) => offsets.set(entry.path(), entry.offset));
  const { fields, size } = directoryEntryRecord;

  it.each<[string, string, (view: DataView, entry: number) => void, RegExp]>([
    [
      "a name without a terminator",
      "Windows/explorer.exe",
      (view, entry) => view.setUint8(entry + size + "explorer.exe".length * 2, 1),
      /does not end with NUL/,
    ],
    [
      "a file with a list",
      "Windows/explorer.exe",
      (view, entry) => view.setUint32(entry + fields.subdirectoryOffset.offset, 8, true),
      /has a list but is no directory/,
    ],
    [
      "two directories with one list",
      "Program Files/without a list",
      (view, entry) => {
        const other = offsets.get("Program Files/Common Files")! + fields.subdirectoryOffset.offset;
        view.setUint32(entry + fields.subdirectoryOffset.offset, view.getUint32(other, true), true);
      },
      /share bytes/,
    ],
  ])("%s is refused", (_, path, edit, message) => {
    const changed = data.slice();
    edit(new DataView(changed.buffer), offsets.get(path)!);
    expect(() => decodeMetadata(changed, at)).toThrow(message);
  });

  it.each<[string, Partial<DirectoryEntry>, RegExp]>([
    ["an entry that is not padded", { rest: new Uint8Array(1) }, /expected a multiple of 8/],
    ["a reparse point without its data", { attributes: fileAttributes.reparsePoint }, /against its fields/],
    ["a file with children", { list: listOf(1) }, /against its fields/],
  ])("%s has no encoding", (_, fields_, message) => {
    const root = folder("", 0, entryOf("wrong", fields_));
    expect(() => encodeMetadata({ ...shaped, root }, at)).toThrow(message);
  });
});
