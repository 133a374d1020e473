/** Four sticks made of one at once, in a Linux of its own: each is the stick that it was made of, and boots. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { writeDemoImage } from "../support/demo-image.js";
import { guestKernel, startGuest, type GuestMachine, type Stick } from "../support/guest-machine.js";
import { fileDigest } from "../support/guest-write.js";
import { parseEvents } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { expectBoot } from "./stick.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-clone-"));
const kernel = await guestKernel();
const file = (name: string): string => join(work, name);
const targets = ["A", "B", "C", "D"];
const stickSize = 128 * MiB;
/** Bytes a second of each of the four: a stick's, and less than what the guest can hash. */
const rate = 6e6;
let guest: GuestMachine;

beforeAll(async () => {
  if (kernel === null) return;
  await writeDemoImage(work, { bootmgr: bootmgrProbe(), payloadSize: 256 * 1024 });
  // A stick of another size than those that are made of it.
  expect(runProgram(["write", "win7.iso", "source.img", "--size", String(96 * MiB)], work).exitCode).toBe(0);
  for (const name of targets) {
    writeFileSync(file(name), "");
    truncateSync(file(name), stickSize);
  }
  guest = await startGuest(kernel, []);
});
afterAll(async () => {
  await guest?.close();
  rmSync(work, { recursive: true });
});

describe.skipIf(kernel === null)("a stick", () => {
  it("becomes four others at once", async () => {
    const source = await guest.plug({ file: file("source.img"), serial: "SOURCE" });
    const sticks: Stick[] = [];
    for (const name of targets) sticks.push(await guest.plug({ file: file(name), serial: `TARGET${name}`, rate }));
    const before = (await source.transferred()).read;
    const paths = sticks.map(({ path }) => path);
    const run = await guest.run(`win7usb clone ${source.path} ${paths.join(" ")} --yes --json`);
    expect(run.exitCode, run.err).toBe(0);
    const done = parseEvents<WriteEvent>(run.out).at(-1)!;
    if (done.event !== "done") throw new Error(`the last event is ${JSON.stringify(done)}`);
    expect(done.targets.map((target) => target.path).toSorted()).toEqual(paths.toSorted());
    const read = (await source.transferred()).read - before;
    for (const stick of [source, ...sticks]) await stick.unplug();
    for (const [index, target] of done.targets.entries()) {
      if ("error" in target) throw new Error(`${target.path}: ${target.error.message}`);
      expect(target).toMatchObject({ verified: true, sha256: (done.targets[0] as typeof target).sha256 });
      const name = targets[paths.indexOf(target.path)]!;
      expect(await fileDigest(file(name), target.sha256Bytes)).toBe(target.sha256);
      const check = runProgram(["check", file(name), "--iso", "win7.iso", "--json"], work);
      expect(check.exitCode, `${index}: ${check.out}`).toBe(0);
    }
    // Once for all four, save for structures.
    const [first] = done.targets;
    if (first === undefined || "error" in first) throw new Error("there is none");
    expect(read).toBeLessThan(1.5 * first.bytesWritten + 8 * MiB);
    await expectBoot(file("D"));
  });
});
