/** Machines as people published them against what Windows 7 comes with: the verdict that was derived by hand. */
import { beforeAll, describe, expect, it } from "vitest";
import { writeWim } from "../../fixtures/wim/writer.js";
import { withInboxInfs } from "../../fixtures/windows7/inbox-infs.js";
import { directory, fixedTime } from "../../fixtures/windows7/nodes.js";
import { peBootWim, peTree } from "../../fixtures/windows7/setup-image.js";
import { windows7On } from "../../src/drivers/index.js";
import { DriverFinder } from "../../src/machine/find-drivers.js";
import type { MachineJudgement } from "../../src/machine/judge-machine.js";
import { judgeMachine } from "../../src/machine/judge-machine.js";
import { readListing } from "../../src/machine/listing/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { openWim } from "../../src/wim/index.js";
import { visitInboxInfs } from "../../src/windows/inbox-infs.js";
import { publishedListing, publishedMachines } from "../support/machines.js";

type Infs = readonly (readonly [path: string, data: Uint8Array])[];
let setup: Infs;
let windows: Infs;

async function infsOf(wimBytes: Uint8Array, image: number): Promise<Infs> {
  const wim = await openWim(memorySource(wimBytes));
  const infs: (readonly [string, Uint8Array])[] = [];
  expect(await visitInboxInfs([wim], image, (path, data) => infs.push([path, data]))).toBe(infs.length);
  return infs;
}

beforeAll(async () => {
  setup = await infsOf(await peBootWim({ environment: withInboxInfs(peTree(), "setup") }), 2);
  const times = { creationTime: fixedTime, lastModificationTime: fixedTime };
  const tree = withInboxInfs(directory("", []), "windows");
  windows = await infsOf(await writeWim([{ name: "Windows", ...times, tree }]), 1);
});

function judge(listing: Uint8Array): MachineJudgement {
  const machine = readListing(listing, "machine.txt");
  const [inSetup, inWindows] = [setup, windows].map((infs) => {
    const finder = new DriverFinder(machine.devices, windows7On("x86"));
    for (const [path, data] of infs) finder.addInbox(path, data);
    expect(finder.faults).toBe(0);
    return { isKnown: true, drivers: finder.drivers(), mayHaveOne: (device: number) => finder.mayHaveOne(device) };
  });
  return judgeMachine(machine, inSetup!, inWindows!);
}

it("INFs are read once, wherever the image has them, and Setup's image has less", () => {
  const names = setup.map(([path]) => path.replace(/^.*\//, ""));
  expect(new Set(names).size).toBe(names.length);
  expect(windows.length).toBe(setup.length + 4);
  expect(names).toContain("usbport.inf");
});

describe("a published machine", () => {
  it.each(publishedMachines)("$what is $verdict", ({ file, verdict, usb, storage, without }) => {
    const judgement = judge(publishedListing(file));
    const states = Object.fromEntries(judgement.needs.map(({ need, state }) => [need, state]));
    expect([judgement.verdict, states["usb"], states["storage"]]).toEqual([verdict, usb, storage]);
    const unserved = judgement.devices.filter(({ kind, windows: { state } }) => kind !== "system" && state === "none");
    expect(unserved.map(({ location }) => location)).toEqual(without);
  });
});
