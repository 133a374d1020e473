/** The walk over metadata: what a tree is, and everything that is none. */
import { array, assert, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { buildMetadata } from "../../fixtures/wim/metadata.js";
import { Win7UsbError } from "../../src/errors.js";
import { directoryEntryRecord } from "../../src/wim/metadata.js";
import { walkMetadata } from "../../src/wim/metadata-walk.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { rounds } from "../support/sample.js";

const at = { name: "test.wim" };
const { fields } = directoryEntryRecord;

function paths(data: Uint8Array): string[] {
  const found: string[] = [];
  walkMetadata(data, at, (entry) => found.push(`${entry.path()}${entry.isDirectory ? "/" : ""}`));
  return found;
}

function offsets(data: Uint8Array): Map<string, number> {
  const found = new Map<string, number>();
  walkMetadata(data, at, (entry) => found.set(entry.path(), entry.offset));
  return found;
}

const { resource: metadata } = await buildMetadata(
  tree(
    directory("Windows", [directory("System32", [file("ntdll.dll", 10), file("empty")]), file("win.ini", 5)]),
    directory("none"),
    file("größe.txt", 3),
  ),
);

/** The metadata with one thing changed, at an offset into the entry of that path. */
function changed(path: string, edit: (view: DataView, entry: number) => void): Uint8Array {
  const data = metadata.slice();
  edit(new DataView(data.buffer), offsets(metadata).get(path)!);
  return data;
}

describe("metadata", () => {
  it("is walked from the root, every entry once", () => {
    expect(paths(metadata).toSorted()).toEqual(
      [
        "/",
        "Windows/",
        "Windows/System32/",
        "Windows/System32/empty",
        "Windows/System32/ntdll.dll",
        "Windows/win.ini",
        "größe.txt",
        "none/",
      ].toSorted(),
    );
  });

  it("has a stream for every file that is not empty", () => {
    const streams = new Map<string, number>();
    walkMetadata(metadata, at, (entry) => streams.set(entry.path(), entry.streams.length));
    expect(streams.get("Windows/System32/ntdll.dll")).toBe(1);
    expect(streams.get("Windows/System32/empty")).toBe(0);
  });

  const subdirectory = fields.subdirectoryOffset.offset;
  const listOf = (path: string): number => {
    return fields.subdirectoryOffset.read(new DataView(metadata.buffer), offsets(metadata).get(path)!);
  };
  it.each<[string, string, (view: DataView, entry: number) => void, RegExp]>([
    [
      "a cycle",
      "Windows/System32",
      (v, e) => v.setUint32(e + subdirectory, listOf("Windows"), true),
      /overlap or form a cycle/,
    ],
    [
      "a list in two places",
      "none",
      (v, e) => v.setUint32(e + subdirectory, listOf("Windows"), true),
      /overlap or form/,
    ],
    [
      "a list that is not aligned",
      "Windows",
      (v, e) => v.setUint32(e + subdirectory, listOf("Windows") + 4, true),
      /is at/,
    ],
    [
      "a list behind the end",
      "Windows",
      (v, e) => v.setUint32(e + subdirectory, metadata.length, true),
      /runs over the end/,
    ],
    ["a list at 2^63", "Windows", (v, e) => v.setUint32(e + subdirectory + 4, 0x8000_0000, true), /runs over the end/],
    ["an entry behind the end", "Windows/win.ini", (v, e) => v.setUint32(e, 0x10000, true), /has 65536 bytes/],
    ["an entry that is too short", "Windows/win.ini", (v, e) => v.setUint32(e, 100, true), /has 100 bytes/],
    ["streams that are not there", "größe.txt", (v, e) => v.setUint16(e + 96, 9999, true), /stream \d+ of the entry/],
    [
      "a name longer than its entry",
      "Windows/win.ini",
      (v, e) => v.setUint16(e + 100, 2000, true),
      /the names of the entry/,
    ],
    ["a name of an odd length", "Windows/win.ini", (v, e) => v.setUint16(e + 100, 13, true), /the names of the entry/],
    ["a name without characters", "Windows/win.ini", (v, e) => v.setUint16(e + 100, 0, true), /is empty/],
    ["a name with a slash", "Windows/win.ini", (v, e) => v.setUint16(e + 102, 0x2f, true), /slash or NUL/],
    [
      "a name with NUL",
      "Windows/win.ini",
      (v, e) => v.setUint16(e + 106, 0, true),
      /"Windows.w.*" at \d+ has a slash or NUL/,
    ],
    ["a root that is a file", "", (v, e) => v.setUint32(e + 8, 0x20, true), /root of the tree is no directory/],
  ])("with %s is refused", (_, path, edit, message) => {
    expect(() => paths(changed(path, edit))).toThrow(message);
  });

  it.each([".", ".."])("with the name %s is refused", (name) => {
    const data = changed("Windows/win.ini", (view, entry) => {
      view.setUint16(entry + 100, name.length * 2, true);
      for (let index = 0; index < name.length; index += 1) view.setUint16(entry + 102 + index * 2, 0x2e, true);
    });
    expect(() => paths(data)).toThrow(/relative path/);
  });

  it.each(['"', "*", ":", "<", ">", "?", "\\", "|", "\u0001", "\u001f"])(
    "with %j in a name is walked, and told",
    (character) => {
      const data = changed("Windows/win.ini", (view, entry) => {
        view.setUint16(entry + 104, character.charCodeAt(0), true);
      });
      const foreign: string[] = [];
      walkMetadata(data, at, (entry) => {
        if (!entry.isWindowsName) foreign.push(entry.path());
      });
      expect(foreign).toEqual([`Windows/w${character}n.ini`]);
      expect(paths(data)).toHaveLength(8);
    },
  );

  it("tells how deep an entry lies", () => {
    const depths = new Map<string, number>();
    walkMetadata(metadata, at, (entry) => depths.set(entry.path(), entry.depth));
    expect(Object.fromEntries(depths)).toMatchObject({ "": 0, Windows: 1, "Windows/System32/ntdll.dll": 3 });
  });

  it("with a path that is longer than Windows takes is refused", async () => {
    const nested = (count: number, name: string): Promise<{ resource: Uint8Array }> => {
      let below = directory("x");
      for (let level = 1; level < count; level += 1) below = directory(name, [below]);
      return buildMetadata(tree(below));
    };
    const name = "d".repeat(255);
    expect(paths((await nested(128, name)).resource).at(-1)).toHaveLength(127 * 256 + 2);
    const deeper = await nested(129, name);
    expect(() => paths(deeper.resource)).toThrow(
      expect.objectContaining({
        code: "wim-unsupported",
        message: expect.stringMatching(
          /path of 32769 characters, expected at most 32767: a limit of win7usb, not damage/,
        ),
      }),
    );
  });

  it("with security data that does not fit is refused", () => {
    for (const [length, count] of [
      [0xffff_fff8, 0],
      [8, 1],
      [16, 0x2000_0000],
    ] as const) {
      const data = metadata.slice();
      new DataView(data.buffer).setUint32(0, length, true);
      new DataView(data.buffer).setUint32(4, count, true);
      expect(() => paths(data)).toThrow(/security descriptors do not fit/);
    }
  });

  it("that was tampered with ends, by an error of our own or as a tree", () => {
    const change = record({ at: nat(metadata.length - 1), value: nat(255) });
    assert(
      property(array(change, { minLength: 1, maxLength: 8 }), nat(metadata.length), (changes, length) => {
        const data = metadata.slice(0, length < 8 ? metadata.length : length);
        for (const { at: offset, value } of changes) if (offset < data.length) data[offset] = value;
        let entries = 0;
        try {
          walkMetadata(data, at, () => (entries += 1));
        } catch (error) {
          if (!(error instanceof Win7UsbError)) throw error;
          expect(error.code).toBe("wim-damaged");
        }
        expect(entries).toBeLessThanOrEqual(data.length / directoryEntryRecord.size);
      }),
      { numRuns: rounds(2000) },
    );
  });
});
