/**
 * lspci itself lists machines of our making in each of its forms, from what their configuration space would hold, and we read
 * the same ids out of all of them. wimlib compresses and splits a Windows of which we read the INFs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { constantFrom, integer, record, sample, uniqueArray } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { thisMachine } from "../../src/drive/this-machine.js";
import { readListing } from "../../src/machine/listing/index.js";
import type { PciFacts } from "../../src/machine/pci.js";
import { pciIds } from "../../src/machine/pci.js";
import { openFileSource } from "../../src/source/file-source.js";
import { openWim } from "../../src/wim/index.js";
import { visitInboxInfs } from "../../src/windows/inbox-infs.js";
import { judge } from "../support/judges.js";
import { rounds } from "../support/sample.js";

const folder = mkdtempSync(join(tmpdir(), "win7usb-machine-oracle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");
/** Known and unknown ones, so that lspci has names for some. */
const vendors = constantFrom(0x8086, 0x1022, 0x10de, 0x1b21, 0x1af4, 0x4321);
const classes = constantFrom(
  0x0c03,
  0x0106,
  0x0108,
  0x0101,
  0x0104,
  0x0200,
  0x0300,
  0x0403,
  0x0600,
  0x0780,
  0x1180,
  0xff12,
);
const number = (max: number) => integer({ min: 1, max });

const device = record({
  slot: number(0x1f),
  bus: number(0xff),
  vendor: vendors,
  device: number(0xfffe),
  classCode: classes,
  interface: constantFrom(0, 0x10, 0x20, 0x30, 1, 2),
  revision: constantFrom(0, 1, 0xf2),
  subsystemVendor: vendors,
  subsystem: number(0xfffe),
});
type Made = typeof device extends { filter(predicate: (value: infer Value) => boolean): unknown } ? Value : never;

const factsOf = (made: Made): PciFacts => ({
  location: `${hex(made.bus, 2)}:${hex(made.slot, 2)}.0`,
  name: null,
  vendor: hex(made.vendor, 4),
  device: hex(made.device, 4),
  classCode: hex(made.classCode, 4),
  interface: hex(made.interface, 2),
  revision: hex(made.revision, 2),
  subsystem: { vendor: hex(made.subsystemVendor, 4), device: hex(made.subsystem, 4) },
  linuxDriver: null,
});

/** PCI Local Bus Specification, 6.1: the first 64 bytes of configuration space, as `lspci -x` writes them. */
function dumpOf(made: Made): string {
  const space = Buffer.alloc(64);
  space.writeUInt16LE(made.vendor, 0);
  space.writeUInt16LE(made.device, 2);
  space.writeUInt8(made.revision, 8);
  space.writeUInt8(made.interface, 9);
  space.writeUInt16LE(made.classCode, 10);
  space.writeUInt16LE(made.subsystemVendor, 0x2c);
  space.writeUInt16LE(made.subsystem, 0x2e);
  const lines = [0, 16, 32, 48].map(
    (at) => `${hex(at, 2)}: ${[...space.subarray(at, at + 16)].map((byte) => hex(byte, 2)).join(" ")}`,
  );
  return `${factsOf(made).location} A device\n${lines.join("\n")}\n\n`;
}

const machines = sample(
  uniqueArray(device, { minLength: 20, maxLength: 30, selector: ({ bus, slot }) => bus * 32 + slot }),
  {
    numRuns: rounds(50, 3),
    seed: 12,
  },
);

describe.runIf(judge("lspci"))("lspci", () => {
  it.each(["-nnv", "-nnvv", "-nnvk", "-nv", "-mmnn", "-mmn", "-vmmnn", "-vmmnk"])(
    "%s has the ids of each device",
    (form) => {
      for (const [at, made] of machines.entries()) {
        const path = join(folder, `${at}.dump`);
        writeFileSync(path, made.map(dumpOf).join(""));
        const listing = execFileSync("lspci", ["-F", path, form], { stdio: ["ignore", "pipe", "ignore"] });
        const { devices } = readListing(new Uint8Array(listing), form);
        const read = devices.map(({ location, hardwareIds, compatibleIds }) => [
          location,
          { hardwareIds, compatibleIds },
        ]);
        const facts = made.map(factsOf).map((each) => [each.location, pciIds(each)]);
        expect(Object.fromEntries(read)).toEqual(Object.fromEntries(facts));
        expect(devices.every(({ missing }) => missing.length === 0)).toBe(true);
      }
    },
  );
});

describe.runIf(judge("lspci") && process.platform === "linux")("this machine", () => {
  it("has the devices that lspci lists", async () => {
    const listed = (data: Uint8Array) => {
      const pci = data.length === 0 ? [] : readListing(data, "this").devices.filter(({ bus }) => bus === "pci");
      return Object.fromEntries(pci.map(({ location, compatibleIds }) => [location, compatibleIds]));
    };
    const listing = new Uint8Array(execFileSync("lspci", ["-mmn"]));
    expect(listed(await thisMachine())).toEqual(listed(listing));
  });
});

/** `Windows/inf` and the driver store, with some INFs in both. */
function writeWindows(root: string, count: number): Map<string, string> {
  const texts = new Map<string, string>();
  for (let at = 0; at < count; at += 1) {
    const text = `; ${at}\r\n[Version]\r\n${Buffer.from(filler(at * 50, at)).toString("hex")}`;
    const name = `made${at}.inf`;
    const places = [`Windows/inf/${name}`, `Windows/System32/DriverStore/FileRepository/${name}_x86/${name}`];
    for (const place of places.slice(at % 3 === 0 ? 1 : 0, at % 3 === 1 ? 1 : 2)) {
      mkdirSync(dirname(join(root, place)), { recursive: true });
      writeFileSync(join(root, place), text);
    }
    texts.set(name, text);
  }
  writeFileSync(join(root, "Windows/explorer.exe"), Buffer.alloc(200_000, "no inf"));
  return texts;
}

describe.runIf(judge("wimlib-imagex"))("INFs of a WIM that wimlib made", () => {
  it.each(["LZX", "XPRESS", "none"])(
    "compressed as %s, whole and split, are those of its folder",
    async (compression) => {
      const root = join(folder, compression);
      mkdirSync(join(root, "other"), { recursive: true });
      const texts = writeWindows(join(root, "tree"), 90);
      const wim = (...words: string[]) => execFileSync("wimlib-imagex", words, { cwd: root, stdio: "pipe" });
      wim("capture", "other", "i.wim", "Nothing", `--compress=${compression}`);
      wim("append", "tree", "i.wim", "Windows");
      wim("split", "i.wim", "i.swm", "0.05");
      const parts = readdirSync(root).filter((name) => name.endsWith(".swm"));
      expect(parts.length).toBeGreaterThan(1);
      for (const names of [["i.wim"], parts]) {
        const sources = await Promise.all(names.map((name) => openFileSource(join(root, name))));
        const wims = (await Promise.all(sources.map((source) => openWim(source)))).toSorted(
          (a, b) => a.header.partNumber - b.header.partNumber,
        );
        const read = new Map<string, string>();
        const count = await visitInboxInfs(wims, 2, (path, data) => {
          read.set(path.replace(/^.*\//, ""), Buffer.from(data).toString("latin1"));
        });
        expect(count).toBe(texts.size);
        expect(read).toEqual(texts);
        expect(await visitInboxInfs(wims, 1, () => expect.unreachable())).toBe(0);
        for (const source of sources) await source.close();
      }
      expect(readFileSync(join(root, "i.wim")).length).toBeGreaterThan(10_000);
    },
  );
});
