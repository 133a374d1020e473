/**
 * Sticks that stop answering, and sticks that lie about their size, on a Linux of their own: their media are served by
 * nbdkit, which is stopped, or keeps less than it says.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { writeDemoImage } from "../support/demo-image.js";
import { guestKernel, startGuest, type GuestMachine } from "../support/guest-machine.js";
import { serveFake, serveFile } from "../support/guest-media.js";
import { guestFiles } from "../support/guest-root.js";
import { isBlank, makeUsedStick, nextSerial } from "../support/guest-sticks.js";
import { ctrlC, disorder, drawnLines, terminalColumns, wordsOf } from "../support/guest-terminal.js";
import { writeInGuest } from "../support/guest-write.js";
import { judge } from "../support/judges.js";
import { expectBoot } from "./stick.js";
import { parseEvents } from "../support/json-output.js";
import { everyCase, sample } from "../support/sample.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-stalls-"));
const kernel = judge("nbdkit") ? await guestKernel() : null;
const iso = `${guestFiles}/win7.iso`;

let guest: GuestMachine;

beforeAll(async () => {
  if (kernel === null) return;
  guest = await startGuest(kernel, [await writeDemoImage(work, { bootmgr: bootmgrProbe(), payloadSize: 4 * MiB })]);
});
afterAll(async () => {
  await guest?.close();
  rmSync(work, { recursive: true });
});

describe.skipIf(kernel === null)("a drive that stops answering", () => {
  it("says so in its bar, and goes on", async () => {
    const file = makeUsedStick(join(work, "pausing"));
    const medium = await serveFile(file);
    try {
      const stick = await guest.plug({ file: medium, serial: nextSerial(), rate: 8 * MiB });
      const session = guest.terminal.start(`win7usb write ${iso} ${stick.path} --yes --json >/run/events`);
      await session.until(/writing .* [1-9][0-9]% /);
      medium.stop();
      await session.until(/no answer for [789] s/);
      medium.go();
      const outcome = await session.ended;
      expect(outcome.exitCode, outcome.shown).toBe(0);
      await stick.unplug();
      const silent = drawnLines(outcome.shown).filter((line) => line.includes("no answer"));
      expect(silent.filter((line) => /MiB\/s|left/.test(line) || line.length > terminalColumns)).toEqual([]);
      const events = parseEvents<WriteEvent>((await guest.run("cat /run/events")).out);
      const warnings = events.filter(({ event }) => event === "warning");
      const place = { target: stick.path, phase: "write" };
      expect(warnings).toMatchObject([
        { code: "stalled", ...place },
        { code: "resumed", ...place },
      ]);
      await expectBoot(file);
    } finally {
      await medium.close();
    }
  });

  it("does not keep Ctrl-C from ending it, and a second one ends it at once", async () => {
    for (const times of sample([2, 1], 1)) {
      const file = makeUsedStick(join(work, "stuck"));
      const medium = await serveFile(file);
      try {
        const stick = await guest.plug({ file: medium, serial: nextSerial(), rate: 8 * MiB });
        const session = guest.terminal.start(`win7usb write ${iso} ${stick.path} --yes`);
        await session.until(/writing .* [1-9][0-9]% /);
        medium.stop();
        await delay(1000);
        const stoppedAt = performance.now();
        session.type(ctrlC);
        await session.until(/Ctrl-C again/);
        if (times === 2) session.type(ctrlC);
        const outcome = await session.ended;
        const took = outcome.endedAt - stoppedAt;
        console.log(`with a drive that does not answer, ${times} Ctrl-C took ${Math.round(took)} ms`);
        expect(outcome.exitCode, outcome.shown).toBe(130);
        expect(disorder(outcome)).toEqual([]);
        if (times === 1) expect(wordsOf(outcome.shown)).toContain("is not bootable");
        medium.go();
        await stick.unplug();
        expect(isBlank(file)).toBe(true);
      } finally {
        medium.go();
        await medium.close();
      }
    }
  });
});

// On media without a guest: write-media.devices.ts.
const fakes = everyCase ? (["limbo", "wraparound"] as const) : [];

describe.skipIf(kernel === null).each(fakes)("a stick that says 8 GB and keeps 1 GB: %s", (kind) => {
  it("is found out and measured", async () => {
    const file = join(work, `${kind}.img`);
    writeFileSync(file, "");
    truncateSync(file, GiB);
    const medium = await serveFake(file, { kind, capacity: GiB, size: 8 * GiB });
    try {
      const stick = await guest.plug({ file: medium, serial: nextSerial() });
      const write = await writeInGuest(guest, iso, [stick.path]);
      await stick.unplug();
      const took = write.endedAt - write.startedAt;
      console.log(`${kind} was found out after ${Math.round(took)} ms`);
      expect(write.exitCode, write.err).toBe(6);
      const last = write.events.at(-1)!.event as WriteEvent & { data: Record<string, number> };
      expect(last).toMatchObject({
        event: "error",
        code: "fake-capacity",
        data: { target: stick.path, size: 8 * GiB },
      });
      expect(Math.abs(last.data["capacity"]! - GiB)).toBeLessThanOrEqual(MiB);
      expect(write.err).toContain("its size is faked");
      expect(isBlank(file)).toBe(true);
    } finally {
      await medium.close();
    }
  });
});
