/** `win7usb inspect --machine`, as the built program: what a person reads, what a script reads, what is refused. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { writeMachineDisc } from "../support/machine-disc.js";
import { publishedListing, publishedMachines } from "../support/machines.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

type Service = {
  state: string;
  driver: { inf: string; origin: string; folder: string | null; service: string } | null;
};
type Told = {
  verdict: string;
  summary: string;
  machine: { formats: string[]; memory: number | null; name: string | null };
  systems: { setup: { infs: number } | null; windows: { infs: number } | null };
  needs: { need: string; state: string }[];
  devices: { kind: string; location: string; setup: Service; windows: Service }[];
  warnings: { code: string; message: string }[];
  error?: { code: string; message: string; hint: string };
};

let folder: string;
let iso: string;
const path = (name: string): string => join(folder, name);
const unsigned = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };

function put(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), content);
  return path(name);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-machine-"));
  iso = await writeMachineDisc(folder);
  put("vendor/made.inf", infText(unsigned));
  put("vendor/made.sys", programFile("x86"));
  for (const { file } of publishedMachines) put(file, publishedListing(file));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function inspect(...words: string[]) {
  const { exitCode, out, err } = runProgram(["inspect", ...words, "--json"]);
  return { exitCode, err: err.replaceAll(/\s+/g, " "), ...parseOutput<Told>("inspect-machine", out) };
}

describe("a machine that people published", () => {
  it.each(sample(publishedMachines, 2))("$what is $verdict", ({ file, verdict, usb, storage }) => {
    const told = inspect(iso, "--machine", path(file));
    expect([told.exitCode, told.err, told.verdict]).toEqual([verdict === "dead" ? 4 : 0, "", verdict]);
    expect(told.needs.slice(0, 2).map(({ state }) => state)).toEqual([usb, storage]);
    expect([told.systems.setup?.infs, told.systems.windows?.infs]).toEqual([13, 17]);
  });
});

describe("inspect --machine", () => {
  it("says in one sentence that Setup would be dead, and why", () => {
    const { exitCode, out, err } = runProgram(["inspect", iso, "--machine", path("desktop-h110.txt")]);
    const text = out.replaceAll(/\s+/g, " ");
    expect([exitCode, err]).toEqual([4, ""]);
    expect(text).toMatch(
      /^Setup would be dead on this machine: no driver for the USB controller 00:14\.0 Intel .* xHCI Controller, so that the stick, keyboard and mouse are gone once Setup has started\./,
    );
    expect(text).toMatch(/FOR DEVICE IN SETUP IN WINDOWS USB 00:14\.0 .*no driver no driver/);
    expect(text).toMatch(/storage 00:17\.0 .*msahci \(mshdc\.inf\)/);
    expect(text).toContain("6 other devices make the board");
    expect(text).toContain("ask again with --drivers <folder>");
  });

  it("with drivers says which of them serves", () => {
    const told = inspect(iso, "--machine", path("desktop-h110.txt"), "--drivers", path("vendor"));
    expect([told.exitCode, told.verdict]).toEqual([0, "incomplete"]);
    const [usb] = told.devices;
    for (const { state, driver } of [usb!.setup, usb!.windows]) {
      expect([state, driver?.origin, driver?.inf, driver?.service]).toEqual(["served", "package", "made.inf", "made"]);
      expect(driver?.folder).toBe(path("vendor"));
    }
    const { out } = runProgram(["inspect", iso, "--machine", path("desktop-h110.txt"), "--drivers", path("vendor")]);
    expect(out).toMatch(/^Setup runs on this machine; Windows has no driver for 1 device\./);
    expect(out.replaceAll(/\s+/g, " ")).toContain("1 of 1 package for Windows, 1 for Setup");
  });

  it("tells memory, firmware and devices behind a controller, by the lines of /sys", () => {
    const usb = "/sys/devices/pci0000:00/0000:00:14.0";
    const listing = put(
      "sys.txt",
      [
        `${usb}/modalias:pci:v00008086d00001E31sv000017AAsd000021F3bc0Csc03i30`,
        `${usb}/usb1/1-1/1-1:1.0/modalias:usb:v046DpC31Cd6401dc00dsc00dp00ic03isc01ip01in00`,
        "/sys/devices/pci0000:00/0000:00:1f.2/modalias:pci:v00008086d00001E03sv000017AAsd000021F3bc01sc06i01",
        "/sys/firmware/efi/fw_platform_size:32",
        "/proc/meminfo:MemTotal:        8019552 kB",
        "",
      ].join("\n"),
    );
    const told = inspect(iso, "--machine", listing);
    expect(told.devices.map(({ location, setup }) => [location, setup.state])).toEqual([
      ["00:14.0", "none"],
      ["00:1f.2", "served"],
      ["1-1", "unreachable"],
    ]);
    expect(told.warnings.map(({ code }) => code)).toEqual(["uefi", "memory"]);
    expect(told.warnings[0]!.message).toMatch(/CSM.*32 bits/);
    expect(told.warnings[1]!.message).toBe(
      "It has 7.65 GiB of memory or more, of which a 32-bit Windows 7 uses 4 GiB at most.",
    );
  });

  it("shows nothing of a listing that steers a terminal", () => {
    const listing = put("hostile.txt", "00:14.0 USB controller [0c03]: \u001b[31mxHCI\u202e [8086:1e31] (rev 04)\n");
    const { out } = runProgram(["inspect", iso, "--machine", listing, "--verbose"]);
    expect(out).not.toContain("\u001b");
    expect(out).toContain("\\u001b[31mxHCI\\u202e");
    expect(inspect(iso, "--machine", listing).verdict).toBe("dead");
  });

  it("says what cannot be known of an ISO without INFs", async () => {
    const plain = await writeDemoImage(folder, { editions: ["Professional"] }, "plain.iso");
    const told = inspect(plain, "--machine", path("desktop-h110.txt"));
    expect([told.exitCode, told.verdict, told.systems.setup]).toEqual([0, "unknown", null]);
    const codes = told.warnings.map(({ code }) => code);
    expect(codes).toEqual(["setup-drivers-unknown", "windows-drivers-unknown"]);
    expect(told.warnings[0]!.message).toMatch(/has no INFs in image 2/);
  });
});

describe("is refused", () => {
  const listing = (text: string | Uint8Array) => put("bad.txt", text);

  it.each([
    ["a text", () => listing("Dear all\n"), 4, "no-devices", /lspci -nnv/],
    [
      "100 MB",
      () => {
        truncateSync(listing(""), 100_000_000);
        return path("bad.txt");
      },
      4,
      "input-unsupported",
      /one machine/,
    ],
    ["a folder", () => path("vendor"), 4, "input-unsupported", /plain files/],
  ])("%s", (_name, make, exitCode, code, hint) => {
    const told = inspect(iso, "--machine", make());
    expect([told.exitCode, told.error?.code]).toEqual([exitCode, code]);
    expect(told.error?.hint).toMatch(hint);
    expect(told.err).toContain("win7usb:");
  });

  it.each([
    ["a machine for a folder", () => ["--machine", path("vmware.txt")], () => path("vendor")],
    ["drivers without a machine", () => ["--drivers", path("vendor")], () => iso],
  ])("%s, as wrong usage", (_name, words, operand) => {
    const told = inspect(operand(), ...words());
    expect([told.exitCode, told.error?.code]).toEqual([2, "usage"]);
  });
});
