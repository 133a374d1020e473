/**
 * Several sticks with the speed of sticks, in a Linux of its own: they are written and read back at once, each at its own
 * pace, so that none waits for another to end. QEMU's throttle makes the speed. How long one, four and eight take is
 * printed, and no test: it depends on what else the machine does.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { guestKernel, startGuest, type GuestMachine, type Stick } from "../support/guest-machine.js";
import { guestFiles } from "../support/guest-root.js";
import { doneTargets, fileDigest, progressOf, startOf, writeInGuest, type GuestWrite } from "../support/guest-write.js";
import { expectBoot } from "./stick.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-many-"));
const kernel = await guestKernel();
const stickSize = 512 * MiB;
/** Bytes a second of each stick: eight together are less than what the guest can hash. */
const rate = 6e6;

let guest: GuestMachine;

beforeAll(async () => {
  if (kernel === null) return;
  guest = await startGuest(kernel, [await writeDemoImage(work, { bootmgr: bootmgrProbe(), payloadSize: 4 * MiB })]);
});
afterAll(async () => {
  await guest?.close();
  rmSync(work, { recursive: true });
});

const whole = ({ startedAt, endedAt }: GuestWrite): number => endedAt - startedAt;
/** Without the start: here, a machine in software, each drive that is looked at costs half a second. */
const writing = (write: GuestWrite): number => write.endedAt - startOf(write, "write");

/** What each target had, as the events say, when the first of them was half-way. */
function whenTheFirstWasHalfWay(write: GuestWrite, phase: "write" | "verify"): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const { target, bytes, totalBytes } of progressOf(write, phase)) {
    parts.set(target, bytes / totalBytes);
    if (bytes >= totalBytes / 2) break;
  }
  return parts;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

describe.skipIf(kernel === null)("many sticks", () => {
  it("are written and read back at once, four of them and eight", async () => {
    const sticks: Stick[] = [];
    const writeTo = async (count: number): Promise<GuestWrite> => {
      for (let number = sticks.length; number < count; number += 1) {
        const file = join(work, `${number}.img`);
        writeFileSync(file, "");
        truncateSync(file, stickSize);
        sticks.push(await guest.plug({ file, serial: `NUMBER${number}`, rate }));
      }
      const write = await writeInGuest(
        guest,
        `${guestFiles}/win7.iso`,
        sticks.map(({ path }) => path),
      );
      expect(write.exitCode, write.err).toBe(0);
      return write;
    };
    const one = await writeTo(1);
    const four = await writeTo(4);
    const eight = await writeTo(8);
    for (const stick of sticks) await stick.unplug();

    const times = [one, four, eight].map(
      (write) => `${seconds(whole(write))} (${seconds(writing(write))} from the first byte)`,
    );
    console.log(`one stick ${times[0]}, four at once ${times[1]}, eight ${times[2]}`);
    const expected = doneTargets(one)[0]!;
    // Two passes at the throttle's rate: less would mean that it does not hold.
    expect(writing(one)).toBeGreaterThan((2 * 0.9 * expected.bytesWritten * 1000) / rate);
    for (const [write, count] of [
      [four, 4],
      [eight, 8],
    ] as const) {
      for (const phase of ["write", "verify"] as const) {
        const parts = whenTheFirstWasHalfWay(write, phase);
        expect(parts.size, phase).toBe(count);
        for (const [target, part] of parts) expect(part, `${target} ${phase}`).toBeGreaterThan(0.25);
      }
    }
    for (const { path, sha256, verified } of [...doneTargets(four), ...doneTargets(eight)]) {
      expect({ path, sha256, verified }).toEqual({ path, sha256: expected.sha256, verified: true });
    }
    for (const number of sticks.keys()) {
      expect(await fileDigest(join(work, `${number}.img`), expected.sha256Bytes)).toBe(expected.sha256);
    }
    await expectBoot(join(work, `${sticks.length - 1}.img`));
  });
});
