import { array, assert, asyncProperty, nat, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { bootConfigurationStore, bootSdi } from "../../fixtures/windows7/boot-files.js";
import type { KeySource } from "../../fixtures/windows7/hive.js";
import { buildHive, dwordValue, textValue } from "../../fixtures/windows7/hive.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { readBootConfiguration } from "../../src/windows/boot-configuration.js";
import { checkBootFiles } from "../../src/windows/index.js";
import { baseBlockChecksum, baseBlockRecord } from "../../src/registry/hive-records.js";
import { findKey, openHive } from "../../src/registry/hive.js";
import { replaceFile, withoutNode } from "../support/tree-edits.js";
import { rounds } from "../support/sample.js";

const entry = { bootable: true, mediaType: 0, sectorCount: 8 };
const whole = await windows7Tree();

async function checkOf(id: string, tree = whole, elTorito: Parameters<typeof checkBootFiles>[1] = entry) {
  return (await checkBootFiles(tree, elTorito)).find((check) => check.id === id);
}

const bootmgrOf = (size: number, ...head: number[]): Uint8Array => {
  const data = new Uint8Array(size);
  data.set(head);
  return data;
};

describe("boot files", () => {
  it("of the right shape pass", async () => {
    const checks = await checkBootFiles(whole, entry);
    expect(checks.map(({ id, status }) => [id, status])).toEqual([
      ["bootmgr", "pass"],
      ["boot/bcd", "pass"],
      ["boot/boot.sdi", "pass"],
      ["el-torito", "pass"],
    ]);
    expect(checks[1]?.message).toContain("\\windows\\system32\\boot\\winload.exe with \\boot\\boot.sdi");
  });

  it.each(["bootmgr", "boot/bcd", "boot/boot.sdi"])("%s that is missing fails", async (path) => {
    expect(await checkOf(path, withoutNode(whole, path))).toMatchObject({
      status: "fail",
      message: `${path} is missing`,
    });
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ["of zeros", bootmgrOf(400_000), "fail", /begins with 0x0, expected a jump/],
    ["that is a program", bootmgrOf(400_000, 0x4d, 0x5a), "fail", /begins with 0x4d/],
    ["that is empty", new Uint8Array(0), "fail", /0 bytes, expected 65536 to 512000/],
    ["too large for its place in memory", bootmgrOf(512_001, 0xe9, 0xd5, 0x01), "fail", /512001 bytes/],
    ["with a short jump", bootmgrOf(400_000, 0xeb, 0x10), "pass", /begins with a jump/],
    ["with a far jump", bootmgrOf(400_000, 0xe9, 0x00, 0x20), "warn", /\(e9 00 20\) is not that of Microsoft's/],
  ])("a bootmgr %s", async (_name, content, status, message) => {
    const check = await checkOf("bootmgr", replaceFile(whole, "bootmgr", content));
    expect(check).toMatchObject({ status, message: expect.stringMatching(message) as string });
  });

  it.each<[string, string, RegExp]>([
    ["$SDI0002........", "fail", /begins with "\$SDI0002", expected "\$SDI0001"/],
    ["$SDI", "fail", /only 4 bytes/],
  ])("a boot.sdi that begins with %s", async (content, status, message) => {
    const check = await checkOf("boot/boot.sdi", replaceFile(whole, "boot/boot.sdi", content));
    expect(check).toMatchObject({ status, message: expect.stringMatching(message) as string });
  });

  it.each<[string, Parameters<typeof checkBootFiles>[1], string, RegExp]>([
    ["is missing", null, "warn", /no El Torito entry/],
    ["loads 4 sectors", { ...entry, sectorCount: 4 }, "warn", /loads 4 sectors, Microsoft's discs 8/],
    ["emulates a floppy", { ...entry, mediaType: 2 }, "warn", /media type 2/],
    ["is not bootable", { ...entry, bootable: false }, "warn", /not bootable/],
    ["has an empty image", { ...entry, image: new Uint8Array(4096) }, "warn", /boot image is empty/],
    ["has an image", { ...entry, image: Uint8Array.of(0xfa) }, "pass", /8 sectors/],
  ])("an El Torito entry that %s", async (_name, elTorito, status, message) => {
    expect(await checkOf("el-torito", whole, elTorito)).toMatchObject({
      status,
      message: expect.stringMatching(message) as string,
    });
  });
});

const root = (keys: readonly KeySource[]): KeySource => ({ name: "Root", keys });
const loader = (name: string): KeySource => ({
  name,
  keys: [
    { name: "Description", values: [dwordValue("Type", 0x1020_0003)] },
    {
      name: "Elements",
      keys: [
        { name: "12000004", values: [textValue("Element", "x")] },
        { name: "12000002", values: [textValue("Element", "\\a.exe")] },
      ],
    },
  ],
});

describe("the boot configuration store", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["is empty", new Uint8Array(0), /0 bytes, a hive has at least 4096/],
    ["is no hive", new Uint8Array(8192), /expected "regf"/],
    ["has no objects", buildHive(root([])), /no key "Objects"/],
    ["is cut short", bootConfigurationStore().subarray(0, 4500), /cut short: 4500 bytes, expected/],
    [
      "has no boot manager",
      buildHive(root([{ name: "Objects", keys: [loader("{a}")] }])),
      /no entry for the boot manager/,
    ],
    [
      "has no loader",
      buildHive(root([{ name: "Objects", keys: [{ name: "{9dea862c-5cdd-4e70-acc1-f32b344d4795}" }] }])),
      /no entry that starts Setup/,
    ],
  ])("fails where it %s", async (_name, content, message) => {
    const check = await checkOf("boot/bcd", replaceFile(whole, "boot/bcd", content));
    expect(check).toMatchObject({ status: "fail", message: expect.stringMatching(message) as string });
  });

  it("finds a loader by its type where the GUID is another one", () => {
    expect(readBootConfiguration(buildHive(root([{ name: "Objects", keys: [loader("{abc}")] }])))).toEqual({
      hasBootManager: false,
      loaderPath: "\\a.exe",
      ramdiskPath: null,
      isPartial: false,
    });
  });

  it("is no damage where its lists are longer than are looked through", async () => {
    const others = Array.from({ length: 300 }, (_, index) => ({ name: `{${index}}` }));
    const objects = [...others, { name: "{9dea862c-5cdd-4e70-acc1-f32b344d4795}" }, loader("{abc}")];
    const hive = buildHive(root([{ name: "Objects", keys: objects }]));
    expect(readBootConfiguration(hive)).toMatchObject({ hasBootManager: false, isPartial: true });
    const limit = { status: "warn", message: expect.stringContaining("a limit of win7usb, not damage") as string };
    expect(await checkOf("boot/bcd", replaceFile(whole, "boot/bcd", hive))).toMatchObject(limit);
    const large = new Uint8Array(5 * 1024 * 1024);
    expect(await checkOf("boot/bcd", replaceFile(whole, "boot/bcd", large))).toMatchObject(limit);
  });

  it("fails on every changed byte of its base block's fields", () => {
    const store = bootConfigurationStore();
    for (let offset = 0; offset < 512; offset += 1) {
      const data = store.slice();
      data[offset]! ^= 0x40;
      expect(typeof openHive(data), `byte ${offset}`).toBe("string");
    }
  });

  it("is bounded where keys lead back to themselves", () => {
    const store = bootConfigurationStore();
    const text = Buffer.from(store.buffer, store.byteOffset, store.length);
    const listAt = text.indexOf("lf");
    const base = baseBlockRecord.decode(store);
    const view = new DataView(store.buffer, store.byteOffset);
    for (let index = 0; index < view.getUint16(listAt + 2, true); index += 1) {
      view.setUint32(listAt + 4 + index * 8, base.rootCellOffset, true);
    }
    baseBlockRecord.patch(store, 0, { checksum: baseBlockChecksum(store) });
    expect(readBootConfiguration(store)).toMatchObject({ hasBootManager: true });
  });

  it("has no key whose name is longer than Windows allows", () => {
    const names = ["n".repeat(255), "n".repeat(511)];
    const hive = openHive(buildHive({ name: "r", keys: names.map((name) => ({ name })) }));
    const keys = typeof hive === "string" ? [] : hive.subkeys();
    expect(keys.map(({ name }) => name.length)).toEqual([255]);
  });

  it("never throws and ends soon, whatever its cells hold", async () => {
    const store = bootConfigurationStore();
    const change = record({ offset: nat(store.length - 4096 - 1), value: nat(255) });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const data = store.slice();
        for (const { offset, value } of changes) data[4096 + offset] = value;
        const check = await checkOf("boot/bcd", replaceFile(whole, "boot/bcd", data));
        expect(["pass", "warn", "fail"]).toContain(check?.status);
      }),
      { numRuns: rounds(1000) },
    );
  });

  it("reads values of four bytes in place and longer ones from their cell", () => {
    const hive = openHive(
      buildHive({
        name: "r",
        keys: [{ name: "Key", values: [dwordValue("Small", 0x01020304), textValue("Long", "text")] }],
      }),
    );
    const key = typeof hive === "string" ? undefined : findKey(hive, "KEY");
    expect(key?.value("small")).toEqual(Uint8Array.of(4, 3, 2, 1));
    expect(new TextDecoder("utf-16le").decode(key?.value("LONG"))).toBe("text\0");
    expect(key?.value("none")).toBeUndefined();
  });

  it("the RAM disk template of the fixture has its signature", () => {
    expect(new TextDecoder().decode(bootSdi().subarray(0, 8))).toBe("$SDI0001");
  });
});
