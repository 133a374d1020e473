/** Drivers in boot.wim: what its Setup image gets, what stays, and which boot.wim is refused. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { directory, file, fixedTime } from "../../../fixtures/windows7/nodes.js";
import { buildHive } from "../../../fixtures/windows7/hive.js";
import { peBootWim, peSystemHive, peTree, setupTree } from "../../../fixtures/windows7/setup-image.js";
import { fileTime } from "../../../src/bytes/file-time.js";
import { MiB } from "../../../src/bytes/units.js";
import { layoutSource } from "../../../src/extents/layout-source.js";
import { HiveEditor } from "../../../src/registry/hive-editor.js";
import { baseBlockChecksum, baseBlockRecord } from "../../../src/registry/hive-records.js";
import { memorySource } from "../../../src/source/byte-source.js";
import { readImageMetadata } from "../../../src/wim/compression/read-metadata.js";
import { findEntry } from "../../../src/wim/image-edit.js";
import { openWim } from "../../../src/wim/index.js";
import { decodeMetadata } from "../../../src/wim/metadata-decode.js";
import type { DirectoryEntry } from "../../../src/wim/metadata-tree.js";
import { readHashedContent } from "../../../src/wim/read-content.js";
import { planBootImage } from "../../../src/windows/customise/boot-image.js";
import type { PlacedPackage } from "../../../src/windows/customise/driver-files.js";
import { createInlineExecutor, verifyWimParts } from "../../../src/verification/wim/index.js";
import { dumpHive } from "../../support/hive-dump.js";
import { placed, usualPackages } from "../../support/placed-packages.js";
import { replaceFile, withoutNode } from "../../support/tree-edits.js";
import { rejection } from "../../support/wim-fixtures.js";

const createSha1 = () => createHash("sha1");

async function edited(bootWim: Uint8Array, packages: readonly PlacedPackage[] = usualPackages()) {
  const plan = await planBootImage(await openWim(memorySource(bootWim), "sources/boot.wim"), packages, createSha1);
  return { plan, bytes: await layoutSource(plan.extents, plan.size).read(0, plan.size) };
}

/** Paths of an image with all that an entry has; without its directories' lists. */
async function entriesOf(bytes: Uint8Array, image: number): Promise<Map<string, Omit<DirectoryEntry, "list">>> {
  const wim = await openWim(memorySource(bytes));
  const { root } = decodeMetadata(await readImageMetadata(wim, image), wim);
  const found = new Map<string, Omit<DirectoryEntry, "list">>();
  const visit = ({ list, ...entry }: DirectoryEntry, path: string): void => {
    found.set(path, entry);
    for (const child of list?.entries ?? []) visit(child, path === "" ? child.name : `${path}/${child.name}`);
  };
  visit(root, "");
  return found;
}

async function textOf(bytes: Uint8Array, path: string): Promise<string> {
  return new TextDecoder().decode(await contentAt(bytes, path));
}

async function contentAt(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  const wim = await openWim(memorySource(bytes));
  const tree = decodeMetadata(await readImageMetadata(wim, 2), wim);
  return readHashedContent([wim], findEntry(tree, path)!.hash, MiB, path);
}

const additions = [
  "win7usb/usb-01/xhci.inf",
  "win7usb/usb-01/xhci.sys",
  "win7usb/usb-01/hub.inf",
  "win7usb/usb-01/hub.sys",
  "win7usb/storage-01/nvme & co 100%.inf",
  "win7usb/storage-01/x86/nvme.sys",
  "win7usb/storage-01/x86/empty.txt",
  "win7usb/start.cmd",
  "Windows/System32/winpeshl.ini",
];

describe("boot.wim with drivers", () => {
  it("has them in Setup's image, with the image's time, and all else as it was", async () => {
    const old = await peBootWim();
    const { plan, bytes } = await edited(old);
    expect(plan).toMatchObject({ image: 2, added: additions, scratchSpace: null });
    const [before, after] = [await entriesOf(old, 2), await entriesOf(bytes, 2)];
    const folders = ["win7usb", "win7usb/usb-01", "win7usb/storage-01", "win7usb/storage-01/x86"];
    expect([...after.keys()].filter((path) => !before.has(path)).toSorted()).toEqual(
      [...additions, ...folders].toSorted(),
    );
    for (const [path, entry] of before) expect(after.get(path)).toEqual(entry);
    const time = fileTime(fixedTime);
    for (const path of [...additions, ...folders]) {
      expect(after.get(path)).toMatchObject({ creationTime: time, lastAccessTime: time, lastWriteTime: time });
    }
    expect(await entriesOf(bytes, 1)).toEqual(await entriesOf(old, 1));
    const wim = await openWim(memorySource(bytes));
    const { metadata } = await wim.lookupTable();
    expect(wim.header).toMatchObject({ bootIndex: 2, bootMetadata: { offset: metadata[1]!.resource.offset } });
  });

  it("is sound", async () => {
    const { bytes } = await edited(await peBootWim());
    const parts = [{ name: "boot.wim", source: memorySource(bytes) }];
    const report = await verifyWimParts(parts, (setup) => createInlineExecutor(setup, createSha1), createSha1);
    expect(report.failures).toEqual([]);
    expect(report.checks.filter(({ status }) => status !== "pass").map(({ id }) => id)).toEqual([
      "wim-integrity-table",
    ]);
  });

  it("is the same to the byte when it is made again, and takes each content once", async () => {
    const old = await peBootWim();
    const { plan, bytes } = await edited(old);
    expect((await edited(old)).bytes).toEqual(bytes);
    // xhci.sys and hub.sys are one.
    expect(plan.addedContents).toBe(7);
  });

  it("takes two names for two that Windows takes for two, whatever upper case is elsewhere", async () => {
    const names = ["straße.dat", "STRASSE.DAT", "ﬁ.dat", "FI.DAT"];
    const files = Object.fromEntries(names.map((name) => [name, name]));
    const { bytes } = await edited(await peBootWim(), [placed("usb-01", ["a.inf"], { "a.inf": "", ...files })]);
    for (const name of names) expect(await textOf(bytes, `win7usb/usb-01/${name}`)).toBe(name);
  });

  it("is made of ranges of the old one, of what is added, and of small tables", async () => {
    const old = await peBootWim();
    const { plan } = await edited(old);
    const bytesOf = (kind: string): number =>
      plan.extents.reduce((sum, { source, length }) => sum + (source.kind === kind ? length : 0), 0);
    expect(bytesOf("bytes")).toBeLessThan(100_000 + 30_000);
  });

  it("starts the script, and Setup behind it", async () => {
    const { bytes } = await edited(await peBootWim());
    expect(await textOf(bytes, "Windows/System32/winpeshl.ini")).toBe(
      "[LaunchApps]\r\n%SYSTEMROOT%\\System32\\cmd.exe, /c %SYSTEMDRIVE%\\win7usb\\start.cmd\r\n%SYSTEMDRIVE%\\setup.exe\r\n",
    );
    const script = await textOf(bytes, "win7usb/start.cmd");
    expect(script).toMatch(/^[\r\n -~]+$/);
    expect(script.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    const loaded = [...script.matchAll(/^drvload "%root%\\(.*)" >>"%log%" 2>&1\r$/gm)].map(([, inf]) => inf);
    const infs = [String.raw`usb-01\xhci.inf`, String.raw`usb-01\hub.inf`, String.raw`storage-01\nvme & co 100%%.inf`];
    expect(loaded).toEqual([...infs, ...infs]);
    expect(script.indexOf("\r\nwpeinit")).toBeLessThan(script.indexOf("\r\ndrvload"));
  });

  it.each<[number, number | null, number]>([
    [9, null, 64],
    [9, 32, 64],
    [24, 32, 64],
    [25, 64, 128],
    [120, 128, 256],
    [200, 32, 512],
  ])("of %i MiB has scratch space for them where it had %s MB: %i MB", async (size, before, after) => {
    const hive = peSystemHive(before);
    const packages = [placed("usb", ["a.inf"], { "a.inf": "x", "a.sys": new Uint8Array(size * MiB - 1) })];
    const { plan, bytes } = await edited(await peBootWim({ setup: setupTree(peTree(hive)) }), packages);
    expect(plan.scratchSpace).toEqual({ before: before ?? 32, after });
    const changed = await contentAt(bytes, "Windows/System32/config/SYSTEM");
    dumpHive(changed);
    const editor = new HiveEditor(changed, { name: "SYSTEM", time: 0n });
    const value = editor.value(["ControlSet001", "Services", "FBWF"], "WinPECacheThreshold");
    expect([value?.type, new DataView(value!.data.buffer).getUint32(0, true)]).toEqual([4, after]);
    expect(baseBlockRecord.decode(changed).lastWritten).toBe(fileTime(fixedTime));
    // Windows PE's own image has its hive as it was.
    const wim = await openWim(memorySource(bytes));
    const tree = decodeMetadata(await readImageMetadata(wim, 1), wim);
    const own = await readHashedContent([wim], findEntry(tree, "Windows/System32/config/SYSTEM")!.hash, MiB, "SYSTEM");
    expect(own).toEqual(peSystemHive());
  });

  it.each<[string, number, Uint8Array]>([
    ["they need no more than there is", 7, buildHive({ name: "not looked at" })],
    ["there is more than they need", 100, peSystemHive(512)],
  ])("keeps its scratch space where %s", async (_, size, hive) => {
    const packages = [placed("usb", ["a.inf"], { "a.inf": "x", "a.sys": new Uint8Array(size * MiB) })];
    const { plan } = await edited(await peBootWim({ setup: setupTree(peTree(hive)) }), packages);
    expect(plan.scratchSpace).toBeNull();
  });

  it("takes the control set that is in use", async () => {
    const hive = peSystemHive(32, "ControlSet002");
    const packages = [placed("usb", ["a.inf"], { "a.inf": "x", "a.sys": new Uint8Array(20 * MiB) })];
    const { bytes } = await edited(await peBootWim({ setup: setupTree(peTree(hive)) }), packages);
    const changed = dumpHive(await contentAt(bytes, "Windows/System32/config/SYSTEM"));
    expect(changed.get(String.raw`ControlSet002\Services\FBWF`)?.get("WinPECacheThreshold")?.data[0]).toBe(64);
  });
});

const dirty = peSystemHive();
baseBlockRecord.patch(dirty, 0, { primarySequenceNumber: 9 });
baseBlockRecord.patch(dirty, 0, { checksum: baseBlockChecksum(dirty) });
const large = [placed("usb", ["a.inf"], { "a.inf": "x", "a.sys": new Uint8Array(20 * MiB) })];
const setupWith = (hive: Uint8Array) => ({ setup: setupTree(peTree(hive)) });
const launcher = "Windows/System32/winpeshl.ini";

describe("boot.wim is refused", () => {
  it.each<[string, Parameters<typeof peBootWim>[0], readonly PlacedPackage[], string, RegExp]>([
    ["without an image to boot", { bootIndex: 0 }, [], "setup-image-unknown", /no image of it is set to boot/],
    ["that boots Windows PE alone", { bootIndex: 1 }, [], "setup-image-unknown", /image 1 has no \\setup\.exe/],
    [
      "without drvload",
      { setup: withoutNode(setupTree(), "Windows/System32/drvload.exe") },
      [],
      "setup-image-unknown",
      /no \\Windows\\System32\\drvload\.exe/,
    ],
    [
      "with a folder setup.exe",
      { setup: directory("", [...peTree().children, directory("setup.exe", [])]) },
      [],
      "setup-image-unknown",
      /no \\setup\.exe/,
    ],
    [
      "with a winpeshl.ini",
      { setup: replaceFile(setupTree(), launcher, "[LaunchApp]") },
      [],
      "setup-image-altered",
      /customised before: its image 2 has a \\Windows\\System32\\winpeshl\.ini already/,
    ],
    [
      "with our folder",
      { setup: directory("", [...setupTree().children, file("WIN7USB", "")]) },
      [],
      "setup-image-altered",
      /has a \\win7usb already/,
    ],
    [
      "without a SYSTEM hive",
      { setup: withoutNode(setupTree(), "Windows/System32/config/SYSTEM") },
      large,
      "setup-image-unknown",
      /no \\Windows\\System32\\config\\SYSTEM/,
    ],
    [
      "with another hive",
      setupWith(buildHive({ name: "ROOT" })),
      large,
      "setup-image-unknown",
      /has no key ControlSet001\\Services\\FBWF/,
    ],
    ["with a hive that was not closed", setupWith(dirty), large, "hive-dirty", /sequence numbers are 9 and 1/],
    ["with a hive of zeros", setupWith(new Uint8Array(8192)), large, "hive-damaged", /expected "regf"/],
  ])("%s", async (_, options, packages, code, message) => {
    const refused = await rejection(edited(await peBootWim(options), packages));
    expect(refused).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it.each<[string, PlacedPackage, string, RegExp]>([
    [
      "with a name that Windows has not",
      placed("usb", [], { "a:b.sys": "x" }),
      "name-unsupported",
      /no name on Windows/,
    ],
    [
      "with a path that is too long",
      placed("usb", [], { [`${"n".repeat(200)}/${"m".repeat(60)}`]: "x" }),
      "name-unsupported",
      /has \d+ characters/,
    ],
    [
      "with an INF of other letters",
      placed("usb", ["größe.inf"], { "größe.inf": "x" }),
      "name-unsupported",
      /must be of ASCII/,
    ],
    [
      "of more than Windows PE can load",
      placed("usb", [], { "a.sys": new Uint8Array(249 * MiB) }),
      "drivers-too-large",
      /249 MiB, Windows PE can load 248 MiB/,
    ],
  ])("drivers %s", async (_, each, code, message) => {
    const refused = await rejection(edited(await peBootWim(), [each]));
    expect(refused).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});
