/** Which of several drivers a device gets: ranks by "How Windows ranks drivers" of Microsoft's documentation. */
import { describe, expect, it } from "vitest";
import { infText } from "../../fixtures/drivers/inf.js";
import type { DriverPackage } from "../../src/drivers/index.js";
import { judgeDrivers, windows7On } from "../../src/drivers/index.js";
import type { Device } from "../../src/machine/device.js";
import { DriverFinder } from "../../src/machine/find-drivers.js";
import { judgeMachine } from "../../src/machine/judge-machine.js";
import { pciDevice } from "../../src/machine/pci.js";

const device = (changes: object = {}): Device =>
  pciDevice({
    location: "00:14.0",
    name: null,
    vendor: "1b21",
    device: "1142",
    classCode: "0c03",
    interface: "30",
    revision: "01",
    subsystem: { vendor: "1043", device: "85bf" },
    linuxDriver: null,
    ...changes,
  });

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
type Made = { readonly ids: string; readonly driverVer?: string; readonly section?: string };
const inf = ({ ids, driverVer = "06/21/2006,6.1.1.0", section = "Made_Install" }: Made): Uint8Array =>
  encode(
    infText({
      "Made.NTx86.6.1": [`%Device%=${section},${ids}`],
      Version: ['Signature="$Windows NT$"', "Class=USB", "Provider=%Vendor%", `DriverVer=${driverVer}`],
    }),
  );

/** The INFs' names are their places. */
function chosenOf(made: readonly Made[], wanted = device()): string | undefined {
  const finder = new DriverFinder([wanted], windows7On("x86"));
  for (const [at, each] of made.entries()) finder.addInbox(`${at}.inf`, inf(each));
  expect(finder.faults).toBe(0);
  return finder.drivers()[0]?.inf;
}

const whole = String.raw`PCI\VEN_1B21&DEV_1142&SUBSYS_85BF1043&REV_01`;
const subsystem = String.raw`PCI\VEN_1B21&DEV_1142&SUBSYS_85BF1043`;
const vendor = String.raw`PCI\VEN_1B21&DEV_1142`;
const byClass = String.raw`PCI\CC_0C0330`;
const other = String.raw`PCI\VEN_FFFF&DEV_0001`;

describe("of several drivers wins", () => {
  it.each([
    ["the closest hardware id", [vendor, subsystem, whole, byClass], "2"],
    ["a hardware id before a compatible one of the INF", [`${other},${subsystem}`, vendor], "1"],
    ["a compatible id of the INF before one of the device", [byClass, `${other},${vendor}`], "1"],
    ["a hardware id of the INF before a compatible one", [`${other},${byClass}`, byClass], "1"],
    ["the closer of two compatible ids", [String.raw`PCI\CC_0C03`, byClass], "1"],
    ["the first of the INF's compatible ids", [`${other},${other}2,${byClass}`, `${other},${byClass}`], "1"],
    ["whatever the case", [byClass, String.raw`pci\ven_1b21&dev_1142`], "1"],
    ["none where no id fits", [other], undefined],
  ])("%s", (_name, ids, winner) => {
    expect(chosenOf(ids.map((each) => ({ ids: each })))).toBe(winner === undefined ? undefined : `${winner}.inf`);
    const reversed = chosenOf(ids.toReversed().map((each) => ({ ids: each })));
    expect(reversed).toBe(winner === undefined ? undefined : `${ids.length - 1 - Number(winner)}.inf`);
  });

  it.each([
    ["the newer date", ["06/21/2006,9.9.9.9", "07/01/2009,1.0.0.0"], "1"],
    ["the newer version of a day", ["06/21/2006,6.1.9.0", "06/21/2006,6.1.10.0"], "1"],
    ["the first of equals", ["06/21/2006,6.1.1.0", "06/21/2006,6.1.1.0"], "0"],
  ])("at the same rank %s", (_name, versions, winner) => {
    expect(chosenOf(versions.map((driverVer) => ({ ids: vendor, driverVer })))).toBe(`${winner}.inf`);
  });

  it("one that has its install section", () => {
    expect(chosenOf([{ ids: vendor }, { ids: whole, section: "Missing" }])).toBe("0.inf");
  });
});

describe("a package", () => {
  const packageWith = async (digest: "none" | "sha1" | "sha2"): Promise<DriverPackage> => {
    const file = { path: "made.inf", size: 1, read: () => Promise.resolve(inf({ ids: whole })) };
    const [made] = await judgeDrivers([file], windows7On("x86"));
    return { ...made!, signature: { digest, signer: null } };
  };

  it.each([
    ["none", "inbox"],
    ["sha2", "inbox"],
    ["sha1", "package"],
  ] as const)("signed with %s stands against a signed driver for the class: %s", async (digest, origin) => {
    const finder = new DriverFinder([device()], windows7On("x86"));
    finder.addPackage(await packageWith(digest), "vendor");
    finder.addInbox("class.inf", inf({ ids: byClass }));
    expect(finder.drivers()[0]).toMatchObject({ origin, service: "made" });
  });

  it("is taken unsigned where there is no other, and says by which id", async () => {
    const finder = new DriverFinder([device()], windows7On("x86"));
    finder.addPackage(await packageWith("none"), "vendor");
    expect(finder.drivers()[0]).toMatchObject({
      folder: "vendor",
      inf: "made.inf",
      matchedId: whole,
      rank: 0x8000_0000,
    });
  });
});

describe("what the listing does not tell", () => {
  it.each([
    ["a subsystem that the driver asks for", { subsystem: null }, whole, "unknown"],
    ["a subsystem where no driver asks for one", { subsystem: null }, other, "none"],
    ["a class", { classCode: null, interface: null }, byClass, "unknown"],
    ["an interface", { interface: null }, byClass, "unknown"],
    ["nothing", {}, other, "none"],
  ])("%s", (_name, changes, ids, state) => {
    const devices = [device(changes)];
    const finder = new DriverFinder(devices, windows7On("x86"));
    finder.addInbox("made.inf", inf({ ids }));
    const system = { isKnown: true, drivers: finder.drivers(), mayHaveOne: (at: number) => finder.mayHaveOne(at) };
    const machine = { formats: [], devices, name: null, firmware: null, memory: null };
    expect(judgeMachine(machine, system, system).devices[0]!.setup.state).toBe(state);
  });

  it("what hangs on a controller without a driver cannot be reached", () => {
    const keyboard: Device = { ...device(), bus: "usb", kind: "input", location: "1-1", controller: "00:14.0" };
    const driver = { isKnown: true, drivers: [null, {} as never], mayHaveOne: () => false };
    const machine = { formats: [], devices: [device(), keyboard], name: null, firmware: null, memory: null };
    const judgement = judgeMachine(machine, driver, driver);
    expect(judgement.devices.map(({ setup }) => setup.state)).toEqual(["none", "unreachable"]);
    expect(judgement).toMatchObject({
      verdict: "dead",
      needs: [{ state: "none" }, { state: "absent" }, { state: "none" }],
    });
  });

  it("an INF that cannot be read is counted, and the others are not touched by it", () => {
    const finder = new DriverFinder([device()], windows7On("x86"));
    finder.addInbox("bad.inf", encode("no sections"));
    finder.addInbox("made.inf", inf({ ids: vendor }));
    expect([finder.faults, finder.drivers()[0]?.inf]).toEqual([1, "made.inf"]);
  });
});
