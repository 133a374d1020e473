/** Hives that are edited: the cells, counts and order that Windows relies on, and what is refused. */
import { array, assert, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeySource } from "../../fixtures/windows7/hive.js";
import { buildHive, dwordValue, textValue } from "../../fixtures/windows7/hive.js";
import { MiB } from "../../src/bytes/units.js";
import { HiveEditor } from "../../src/registry/hive-editor.js";
import { baseBlockChecksum, baseBlockRecord, valueTypes } from "../../src/registry/hive-records.js";
import { dumpHive } from "../support/hive-dump.js";
import { applyEdit, hiveEdit, listed } from "../support/hive-edits.js";
import { rounds } from "../support/sample.js";

const time = 128_920_032_000_000_000n;
const open = (hive: Uint8Array): HiveEditor => new HiveEditor(hive, { name: "SYSTEM", time });

/** The hive with these fields of its base block, and its checksum made right. */
function withBase(hive: Uint8Array, values: Parameters<typeof baseBlockRecord.patch>[2]): Uint8Array {
  const changed = hive.slice();
  baseBlockRecord.patch(changed, 0, values);
  baseBlockRecord.patch(changed, 0, { checksum: baseBlockChecksum(changed) });
  return changed;
}

const services: KeySource = {
  name: "ROOT",
  keys: [
    {
      name: "ControlSet001",
      keys: [
        { name: "Control" },
        { name: "Services", keys: [{ name: "FBWF", values: [dwordValue("Start", 0)] }, { name: "usb" }] },
      ],
    },
    { name: "Select", values: [dwordValue("Current", 1), textValue("Text", "a text of some length")] },
  ],
};
const fbwf = ["ControlSet001", "Services", "FBWF"];
const threshold = { name: "WinPECacheThreshold", type: valueTypes.dword, data: Uint8Array.of(64, 0, 0, 0) };
/** Hives of Windows NT 4 to 2000, and of Windows XP and later. */
const versions = [3, 5];
const small = (version: number): Uint8Array => withBase(buildHive(services), { minorVersion: version });

describe("a hive that is edited", () => {
  it("is the same to the byte where nothing is changed", () => {
    const hive = small(5);
    const editor = open(hive);
    editor.addKey(fbwf);
    editor.setValue(fbwf, { name: "START", type: valueTypes.dword, data: new Uint8Array(4) });
    expect(editor.finish()).toEqual(hive);
  });

  it.each(versions)("has its new values, and all that it had, in version 1.%i", (version) => {
    const hive = small(version);
    const editor = open(hive);
    editor.setValue(fbwf, threshold);
    editor.setValue(["select"], { name: "TEXT", type: valueTypes.binary, data: new Uint8Array(100) });
    const dump = dumpHive(editor.finish());
    const expected = dumpHive(hive);
    expected.get(fbwf.join("\\"))!.set(threshold.name, { type: valueTypes.dword, data: threshold.data });
    expected.get("Select")!.set("Text", { type: valueTypes.binary, data: new Uint8Array(100) });
    expect(listed(dump)).toEqual(listed(expected));
    expect(editor.value(fbwf, "winpecachethreshold")).toEqual(threshold);
    expect(editor.values(["Select"])?.map(({ name }) => name)).toEqual(["Current", "Text"]);
  });

  it("has one number more in both sequences, the time that was given, and bins of 4 KiB", () => {
    const editor = open(
      withBase(small(5), { primarySequenceNumber: 2 ** 32 - 1, secondarySequenceNumber: 2 ** 32 - 1 }),
    );
    editor.setValue(fbwf, { ...threshold, data: new Uint8Array(5000) });
    const bytes = editor.finish();
    const base = baseBlockRecord.decode(bytes);
    expect(base).toMatchObject({ primarySequenceNumber: 0, secondarySequenceNumber: 0, lastWritten: time });
    expect([base.hiveBinsSize, bytes.length]).toEqual([3 * 4096, 4 * 4096]);
    dumpHive(bytes);
    expect(editor.finish()).toEqual(bytes);
  });

  it("takes cells that were given up before it grows", () => {
    const editor = open(small(5));
    const set = (name: string, size: number) => editor.setValue(fbwf, { name, type: 3, data: new Uint8Array(size) });
    set("first", 9000);
    const size = editor.finish().length;
    for (let round = 0; round < 50; round += 1) {
      set("first", 100 + round);
      set("second", 8000 + round);
      set("second", 10);
      set("first", 9000);
    }
    expect(editor.finish().length).toBe(size);
    dumpHive(editor.finish());
  });

  it("keeps what lies behind its bins until it grows over it", () => {
    const tail = new Uint8Array(6000).fill(0xee);
    const hive = Buffer.concat([small(5), tail]);
    const editor = open(hive);
    editor.setValue(fbwf, threshold);
    expect(editor.finish().subarray(-6000)).toEqual(tail);
    editor.setValue(fbwf, { ...threshold, data: new Uint8Array(4000) });
    const bytes = editor.finish();
    expect(bytes.length).toBe(hive.length);
    expect(bytes.subarray(-1904)).toEqual(tail.subarray(0, 1904));
    dumpHive(bytes);
  });

  it.each(versions)("agrees with a model after random edits, in version 1.%i", (version) => {
    assert(
      property(array(array(hiveEdit, { maxLength: 25 }), { minLength: 1, maxLength: 3 }), (sessions) => {
        let hive = small(version);
        const model = dumpHive(hive);
        for (const edits of sessions) {
          const editor = open(hive);
          for (const edit of edits) applyEdit(editor, model, edit);
          hive = editor.finish();
          expect(listed(dumpHive(hive))).toEqual(listed(model));
        }
      }),
      { numRuns: rounds(200) },
    );
  });

  it.each(versions)("has lists of lists where subkeys are many, in version 1.%i", (version) => {
    const editor = open(small(version));
    const names = Array.from({ length: 3000 }, (_, index) => `key ${(index * 1237) % 3000}`);
    for (const name of names) editor.addKey(["Select", name]);
    const bytes = editor.finish();
    expect(dumpHive(bytes).size).toBe(3007);
    const again = open(bytes);
    again.addKey(["Select", "key 15a"]);
    dumpHive(again.finish());
    expect(again.subkeys(["Select"])).toEqual(
      [...names, "key 15a"].map((name) => name).toSorted((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1)),
    );
  });

  it("puts a list into order that another tool has sorted by small letters", () => {
    const hive = buildHive({ name: "r", keys: [{ name: "a_" }, { name: "ab" }] });
    const list = Buffer.from(hive.buffer).lastIndexOf("lf\x02\0");
    const [first, second] = [hive.slice(list + 4, list + 12), hive.slice(list + 12, list + 20)];
    // Windows has AB in front of A_.
    expect(open(hive).subkeys([])).toEqual(["ab", "a_"]);
    hive.set(second, list + 4);
    hive.set(first, list + 12);
    const editor = open(hive);
    expect(editor.subkeys([])).toEqual(["a_", "ab"]);
    editor.addKey(["b"]);
    dumpHive(editor.finish());
    expect(editor.subkeys([])).toEqual(["ab", "a_", "b"]);
  });

  it("of 32 MiB changes where it is changed, and nowhere else", () => {
    const values = Array.from({ length: 32 }, (_, index) => ({
      name: `${index}`,
      type: 3,
      data: new Uint8Array(MiB - 40),
    }));
    const editor = open(small(3));
    for (const value of values) editor.setValue(["Select"], value);
    const hive = editor.finish();
    expect(hive.length).toBeGreaterThan(32 * MiB);
    const again = open(hive);
    for (let index = 0; index < 1000; index += 1) {
      again.addKey([...fbwf, `k${index % 100}`]);
      again.setValue([...fbwf, `k${index % 100}`], { ...threshold, name: `v${index}` });
    }
    const changed = again.finish();
    const same = hive.length - 8 * 4096;
    expect(Buffer.compare(hive.subarray(8 * 4096), changed.subarray(8 * 4096, 8 * 4096 + same))).toBe(0);
    expect(changed.length - hive.length).toBeLessThan(MiB);
  });

  it.each<[string, (editor: HiveEditor) => void, RegExp]>([
    ["a value of a key that is not there", (editor) => editor.setValue(["x"], threshold), /there is no key "x"/],
    ["a key without a name", (editor) => editor.addKey([""]), /no name that a key can have/],
    ["a key with a name of 256 characters", (editor) => editor.addKey(["n".repeat(256)]), /no name that a key/],
    ["a key with a backslash in its name", (editor) => editor.addKey(["a\\b"]), /no name that a key can have/],
    [
      "a value with a name of 16384 characters",
      (editor) => editor.setValue([], { ...threshold, name: "n".repeat(16_384) }),
      /16384 characters/,
    ],
    [
      "more data than a MiB",
      (editor) => editor.setValue([], { ...threshold, data: new Uint8Array(MiB + 1) }),
      /1048577 bytes/,
    ],
    ["a type that is no number", (editor) => editor.setValue([], { ...threshold, type: 2 ** 32 }), /type 4294967296/],
  ])("does not take %s", (_, edit, message) => {
    const hive = small(5);
    const editor = open(hive);
    const refused = () => edit(editor);
    expect(refused).toThrow(RangeError);
    expect(refused).toThrow(message);
    expect(editor.finish()).toEqual(hive);
  });
});
