/** Hives that must not be edited: each is refused by name, and none is followed in circles. */
import { describe, expect, it } from "vitest";
import { buildHive, dwordValue, textValue } from "../../fixtures/windows7/hive.js";
import { Win7UsbError } from "../../src/errors.js";
import { HiveEditor } from "../../src/registry/hive-editor.js";
import { baseBlockChecksum, baseBlockRecord, baseBlockSize, listElement } from "../../src/registry/hive-records.js";
import { hiveStructure } from "../support/hostile/hive-structure.js";
import { mutated } from "../support/hostile/mutate.js";
import { randomFor } from "../support/hostile/random.js";
import { rounds } from "../support/sample.js";

const sound = buildHive({
  name: "ROOT",
  keys: [
    { name: "First", values: [dwordValue("Small", 1), textValue("Long", "longer than four bytes")] },
    { name: "Second", keys: [{ name: "Third" }], values: [textValue("Other", "longer than four bytes, too")] },
  ],
});

type Base = Parameters<typeof baseBlockRecord.patch>[2];
const sealed = (hive: Uint8Array, values: Base = {}): Uint8Array => {
  baseBlockRecord.patch(hive, 0, values);
  baseBlockRecord.patch(hive, 0, { checksum: baseBlockChecksum(hive) });
  return hive;
};

/** The hive with `bytes` in place of what stands `skip` bytes behind the `index`th place of a text. */
function changed(text: string, index: number, skip: number, bytes: ArrayLike<number>): Uint8Array {
  const hive = Buffer.from(sound);
  let at = -1;
  for (let count = 0; count <= index; count += 1) at = hive.indexOf(text, at + 1, "latin1");
  if (at < 0) throw new Error(`there is no ${text}`);
  hive.set(bytes, at + skip);
  return sealed(hive);
}

/** The first place of a text, as an offset from the bins, of the cell that begins with it. */
const cellOf = (text: string): number => Buffer.from(sound).indexOf(text, baseBlockSize, "latin1") - 4 - baseBlockSize;
const word = (value: number): Uint8Array => listElement.encode({ cell: value });
const nameAt = 76;

type Broken = readonly [name: string, hive: Uint8Array, code: string, message: RegExp];
const broken: readonly Broken[] = [
  ["of 100 bytes", sound.subarray(0, 100), "hive-damaged", /100 bytes, a hive has at least 4096/],
  ["of zeros", new Uint8Array(8192), "hive-damaged", /begins with .*expected "regf"/],
  ["with a wrong checksum", changedChecksum(), "hive-damaged", /checksum is 0x1, expected 0x/],
  ["that was not closed", sealed(sound.slice(), { primarySequenceNumber: 2 }), "hive-dirty", /numbers are 2 and 1/],
  [
    "of version 1.6",
    sealed(sound.slice(), { minorVersion: 6 }),
    "hive-unsupported",
    /version 1\.6, expected 1\.3 to 1\.5/,
  ],
  ["of version 2.3", sealed(sound.slice(), { majorVersion: 2 }), "hive-unsupported", /version 2\.3/],
  ["that is a log", sealed(sound.slice(), { fileType: 1 }), "hive-unsupported", /of type 1 and format 1/],
  ["that is cut short", sealed(sound.slice(0, 5000)), "hive-damaged", /bins take 4096 bytes, of 904/],
  [
    "whose bins are no multiple of 4 KiB",
    sealed(sound.slice(), { hiveBinsSize: 100 }),
    "hive-damaged",
    /take 100 bytes/,
  ],
  ["without bins", sealed(sound.slice(), { hiveBinsSize: 0 }), "hive-damaged", /bins take 0 bytes/],
  [
    "whose bin says another offset",
    changed("hbin", 0, 4, [1]),
    "hive-damaged",
    /bin at 0 begins with "hbin", offset 1/,
  ],
  ["whose bin has no size", changed("hbin", 0, 8, [0, 0, 0, 0]), "hive-damaged", /offset 0, 0 bytes/],
  ["with a cell of no bytes", changed("hbin", 0, 32, [0, 0, 0, 0]), "hive-damaged", /cell at 32 has 0 bytes/],
  ["with a cell that leaves its bin", changed("hbin", 0, 32, [0, 0, 0xff, 0xff]), "hive-damaged", /has -65536 bytes/],
  ["with a cell of 12 bytes", changed("hbin", 0, 32, [0xf4]), "hive-damaged", /cell at 32 has -12 bytes/],
  [
    "whose root lies between cells",
    sealed(sound.slice(), { rootCellOffset: 36 }),
    "hive-damaged",
    /a key is said to lie at 36/,
  ],
  [
    "whose root is a security descriptor",
    sealed(sound.slice(), { rootCellOffset: 32 }),
    "hive-damaged",
    /key at 32 has a cell of|key at 32 has "sk"/,
  ],
  [
    "with a key that is its own parent's parent",
    changed("First", 0, -nameAt + 16, [0xff]),
    "hive-damaged",
    /but names/,
  ],
  ["with a name that leaves its cell", changed("First", 0, -nameAt + 72, [255]), "hive-damaged", /a name of 255 bytes/],
  [
    "with more subkeys than its list has",
    changed("ROOT", 0, -nameAt + 20, [3]),
    "hive-damaged",
    /has 2, its key says 3/,
  ],
  ["with a list of another kind", changed("lf", 0, 0, [0x6c, 0x78]), "hive-damaged", /begins with "lx"/],
  ["with a list longer than its cell", changed("lf", 0, 2, [200]), "hive-damaged", /has 200 elements in/],
  ["with a list that is an index of itself", selfIndexed(), "hive-damaged", /is an index in an index/],
  [
    "whose key is below itself",
    changed("ROOT", 0, -nameAt + 28, word(cellOf("lf\x01"))),
    "hive-damaged",
    /its key says 2|names/,
  ],
  [
    "with values of two keys in one cell",
    changed("Second", 0, -nameAt + 40, [...valueListOf("First")]),
    "hive-damaged",
    /is another's/,
  ],
  ["with a value of no kind", changed("vk", 0, 0, [0]), "hive-damaged", /value at \d+ has "\\u0000k"/],
  ["with more inline data than fits", changed("Small", 0, -16, [5]), "hive-damaged", /5 bytes of data in a field of 4/],
  ["with data larger than its cell", changed("Long", 0, -16, [0, 1]), "hive-damaged", /256 bytes in a cell of/],
  [
    "with a security descriptor that is none",
    changed("sk", 0, 0, [0]),
    "hive-damaged",
    /security descriptor at 32 begins/,
  ],
  ["with two keys of one name", twins(), "hive-damaged", /have the same name/],
];

function changedChecksum(): Uint8Array {
  const hive = sound.slice();
  baseBlockRecord.patch(hive, 0, { checksum: 1 });
  return hive;
}

/** The root's list is an `ri` whose first element is itself. */
function selfIndexed(): Uint8Array {
  const hive = Buffer.from(sound);
  const root = hive.indexOf("ROOT", 0, "latin1") - nameAt;
  const list = hive.readUInt32LE(root + 28);
  hive.set([0x72, 0x69, 1, 0, ...word(list)], baseBlockSize + list + 4);
  return sealed(hive);
}

/** Bytes of the field that says where the key's list of values is. */
function valueListOf(name: string): Uint8Array {
  const at = Buffer.from(sound).indexOf(name, 0, "latin1") - nameAt + 40;
  return sound.slice(at, at + 4);
}

function twins(): Uint8Array {
  return buildHive({ name: "ROOT", keys: [{ name: "Same" }, { name: "SAME" }] });
}

function edit(hive: Uint8Array): Uint8Array {
  const editor = new HiveEditor(hive, { name: "SYSTEM", time: 1n });
  editor.addKey(["Second", "New"]);
  editor.setValue(["Second", "New"], { name: "x", type: 3, data: new Uint8Array(20_000) });
  for (const path of [["First"], ["Second"], ["Second", "Third"]]) {
    if (editor.values(path) === undefined) continue;
    editor.setValue(path, { name: "Long", type: 1, data: new Uint8Array(9) });
  }
  return editor.finish();
}

describe("a hive", () => {
  it("that is sound is edited", () => {
    expect(edit(sound).length).toBeGreaterThan(sound.length);
  });

  it.each(broken)("%s is refused", (_, hive, code, message) => {
    const refused = () => edit(hive);
    expect(refused).toThrow(Win7UsbError);
    expect(refused).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it("with any bytes changed is edited or refused by name, and is sound for the editor afterwards", () => {
    const structure = hiveStructure(sound);
    let edited = 0;
    for (let index = 0; index < rounds(20_000, 500); index += 1) {
      const hive = mutated(sound, structure, randomFor(1, index));
      try {
        edit(edit(hive));
        edited += 1;
      } catch (error) {
        if (!(error instanceof Win7UsbError)) throw new Error(`case ${index}`, { cause: error });
        expect(error.code).toMatch(/^hive-/);
      }
    }
    expect(edited).toBeGreaterThan(20);
  });
});
