/**
 * Several sticks with the speed of sticks against one, in a Linux of its own: they are written at once, each at its own
 * pace, so that eight take hardly longer than one. QEMU's throttle makes the speed.
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
import { doneTargets, fileDigest, startOf, writeInGuest, type GuestWrite } from "../support/guest-write.js";
import { expectBoot } from "./stick.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-many-"));
const kernel = guestKernel(work);
const stickSize = 512 * MiB;
/** Bytes a second of each stick: eight together are less than what the guest can hash. */
const rate = 3e6;

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

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

describe.skipIf(kernel === null)("many sticks", () => {
  it("at once take the time of one, four of them and eight", async () => {
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
    expect(writing(four)).toBeLessThanOrEqual(1.1 * writing(one));
    expect(writing(eight)).toBeLessThanOrEqual(1.1 * writing(one));
    for (const { path, sha256, verified } of [...doneTargets(four), ...doneTargets(eight)]) {
      expect({ path, sha256, verified }).toEqual({ path, sha256: expected.sha256, verified: true });
    }
    for (const number of sticks.keys()) {
      expect(await fileDigest(join(work, `${number}.img`), expected.sha256Bytes)).toBe(expected.sha256);
    }
    await expectBoot(join(work, "7.img"));
  });
});
