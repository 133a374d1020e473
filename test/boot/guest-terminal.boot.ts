/**
 * What happens at a person's terminal, with USB sticks in a Linux of their own: the question and its answers, sticks that
 * are swapped while it stands, the bar, Ctrl-C.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { guestKernel, startGuest, type GuestMachine, type Stick } from "../support/guest-machine.js";
import { guestFiles } from "../support/guest-root.js";
import { isBlank, makeUsedStick, nextSerial, usedStickSize } from "../support/guest-sticks.js";
import { ctrlC, disorder, drawnLines, terminalColumns, wordsOf } from "../support/guest-terminal.js";
import { fileDigest } from "../support/guest-write.js";
import { expectBoot } from "./stick.js";
import { parseEvents } from "../support/json-output.js";
import { everyCase, sample } from "../support/sample.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-terminal-"));
const kernel = await guestKernel();
const iso = `${guestFiles}/win7.iso`;
const question = /Type (sd[a-z]) to erase it: /;

let guest: GuestMachine;

beforeAll(async () => {
  if (kernel === null) return;
  guest = await startGuest(kernel, [await writeDemoImage(work, { bootmgr: bootmgrProbe(), payloadSize: 2 * MiB })]);
});
afterAll(async () => {
  await guest?.close();
  rmSync(work, { recursive: true });
});

/** Until the guest has no such drive any more. */
async function gone(stick: Stick): Promise<void> {
  while ((await guest.run(`[ -e /sys/block/${stick.path.slice("/dev/".length)} ]`)).exitCode === 0) await delay(50);
}

describe.skipIf(kernel === null)("at a terminal", () => {
  const declining: readonly [string, number][] = [
    ["no", terminalColumns],
    ["sdz", terminalColumns],
    ["", terminalColumns],
    [ctrlC, terminalColumns],
    // A serial console knows no size.
    ["no", 0],
  ];
  it.each(sample(declining, 1, ([answer]) => answer === ctrlC))(
    "the question says what it is about, and %j declines (in %i columns)",
    async (answer, columns) => {
      const file = makeUsedStick(join(work, "declined"));
      const before = await fileDigest(file, usedStickSize);
      const stick = await guest.plug({ file, serial: nextSerial() });
      const session = guest.terminal.start(`win7usb write ${iso} ${stick.path}`, columns);
      await session.until(question);
      session.type(answer === ctrlC ? answer : `${answer}\r`);
      const outcome = await session.ended;
      expect(outcome.exitCode, outcome.shown).toBe(130);
      const shown = wordsOf(outcome.shown);
      const lines = drawnLines(outcome.shown).map((line) => line.trim().replace(/ {2,}/, ": "));
      expect(lines).toContain("holds: Windows 7 Professional SP1, x86, en-US");
      expect(lines).toContain(`drive: ${stick.path}  QEMU QEMU HARDDISK, 134 MB, usb, removable`);
      expect(lines).toContainEqual(expect.stringContaining(`will be lost: ${stick.path}1 (133 MB`));
      expect(shown).toContain("nothing was written: the drive's name was not typed");
      expect(disorder(outcome)).toEqual([]);
      expect((await stick.transferred()).written).toBe(0);
      await stick.unplug();
      expect(await fileDigest(file, usedStickSize)).toBe(before);
    },
  );

  it("the drive's name writes it: a bar in 80 columns whose last state stays, and the stick boots", async () => {
    const file = makeUsedStick(join(work, "agreed"));
    const stick = await guest.plug({ file, serial: nextSerial(), rate: 4 * MiB });
    const session = guest.terminal.start(`win7usb write ${iso} ${stick.path}`);
    await session.until(question);
    session.type(`${stick.path}\r`);
    const outcome = await session.ended;
    expect(outcome.exitCode, outcome.shown).toBe(0);
    await stick.unplug();
    const lines = drawnLines(outcome.shown);
    expect(lines.filter((line) => line.length > terminalColumns)).toEqual([]);
    for (const word of ["writing", "verifying"]) {
      // The guest names no locale, and so its terminal is taken to know ASCII alone.
      const drawn = lines.filter((line) => line.startsWith(word) && line.includes("#"));
      expect(drawn.length, outcome.shown).toBeGreaterThan(2);
      expect(drawn.at(-1)).toContain("100%");
    }
    // What is drawn last is not taken away again.
    expect(outcome.shown).toMatch(/verifying [^\r\n]*100%[^\r\n]*(\r?\n[^\r\n]*)*done:/);
    expect(wordsOf(outcome.shown)).toContain("It is safe to unplug.");
    expect(disorder(outcome)).toEqual([]);
    await expectBoot(file);
  });

  // What guest-write.boot.ts writes goes into a pipe, too.
  it.each(everyCase ? ["a file"] : [])("nothing of a bar goes into %s", async () => {
    const stick = await guest.plug({ file: makeUsedStick(join(work, "piped")), serial: nextSerial() });
    const session = guest.terminal.start(`win7usb write ${iso} ${stick.path} --yes 2>/run/piped`);
    const outcome = await session.ended;
    await stick.unplug();
    expect([outcome.exitCode, outcome.shown]).toEqual([0, ""]);
    const { out } = await guest.run("cat /run/piped");
    expect(out).toContain("verifying\n");
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u001b\r\u2500\u2501]/);
  });

  describe("a stick that is taken out while the question stands", () => {
    const replacements = [
      ["one that says the same of itself", { sameSerial: true, size: usedStickSize }, "target-changed"],
      ["another one", { sameSerial: false, size: usedStickSize + MiB }, "target-changed"],
      ["none", null, "target-missing"],
    ] as const;
    it.each(sample(replacements, 1, ([, , code]) => code))(
      "and replaced by %s is refused",
      async (_, replacement, code) => {
        const itsSerial = nextSerial();
        const first = makeUsedStick(join(work, "first"));
        const second = makeUsedStick(join(work, "second"), replacement?.size);
        const digestsOf = (): Promise<string[]> =>
          Promise.all([fileDigest(first, usedStickSize), fileDigest(second, replacement?.size ?? usedStickSize)]);
        const digests = await digestsOf();
        const stick = await guest.plug({ file: first, serial: itsSerial });
        const session = guest.terminal.start(`win7usb write ${iso} ${stick.path} --json >/run/events`);
        await session.until(question);
        await stick.unplug();
        await gone(stick);
        const otherSerial = replacement?.sameSerial === true ? itsSerial : nextSerial();
        const other = replacement && (await guest.plug({ file: second, serial: otherSerial }));
        if (other !== null) expect(other.path).toBe(stick.path);
        session.type(`${stick.path}\r`);
        const outcome = await session.ended;
        expect(outcome.exitCode, outcome.shown).toBe(5);
        const events = parseEvents((await guest.run("cat /run/events")).out);
        expect(events.at(-1)).toMatchObject({ event: "error", code });
        if (other !== null) expect((await other.transferred()).written).toBe(0);
        await other?.unplug();
        expect(await digestsOf()).toEqual(digests);
      },
    );
  });

  it("sticks are chosen from those that come and go meanwhile, and one that is swapped then is refused", async () => {
    const file = makeUsedStick(join(work, "chosen"));
    const other = makeUsedStick(join(work, "other"));
    const before = await Promise.all([file, other].map((each) => fileDigest(each, usedStickSize)));
    const session = guest.terminal.start(`win7usb write ${iso}`);
    await session.until(/plug one in/);
    const passing = await guest.plug({ file, serial: nextSerial() });
    await session.until(/> \[ \] \/dev\/sd[a-z] .* usb, serial/);
    await passing.unplug();
    await session.until(/usb, serial[^]*plug one in/);
    const chosen = await guest.plug({ file, serial: nextSerial() });
    await session.until(/usb, serial[^]*plug one in[^]*usb, serial/);
    session.type("\r");
    await session.until(question);
    await chosen.unplug();
    await gone(chosen);
    const swapped = await guest.plug({ file: other, serial: nextSerial() });
    expect(swapped.path).toBe(chosen.path);
    session.type(`${chosen.path}\r`);
    const outcome = await session.ended;
    expect(outcome.exitCode, outcome.shown).toBe(5);
    expect(wordsOf(outcome.shown)).toContain("changed since it was chosen");
    expect(disorder(outcome)).toEqual([]);
    expect((await swapped.transferred()).written).toBe(0);
    await swapped.unplug();
    expect(await Promise.all([file, other].map((each) => fileDigest(each, usedStickSize)))).toEqual(before);
  });

  // On loop devices in the usual run, too: write-stopped.devices.ts.
  const moments: readonly [string, number][] = [
    ["writing", 30],
    ["verifying", 10],
  ];
  it.each(everyCase ? moments : [])("Ctrl-C while %s ends it and says what is left", async (word, percent) => {
    const file = makeUsedStick(join(work, "stopped"));
    const stick = await guest.plug({ file, serial: nextSerial(), rate: 2 * MiB });
    const session = guest.terminal.start(`win7usb write ${iso} ${stick.path} --yes`);
    await session.until(new RegExp(`${word} .* (${percent / 10}[0-9]|[${percent / 10 + 1}-9][0-9])% `));
    const stoppedAt = performance.now();
    session.type(ctrlC);
    const outcome = await session.ended;
    await stick.unplug();
    console.log(`Ctrl-C while ${word} took ${Math.round(outcome.endedAt - stoppedAt)} ms`);
    expect(outcome.exitCode, outcome.shown).toBe(130);
    const shown = wordsOf(outcome.shown);
    expect(shown).toContain("stopping ... (Ctrl-C again ends it at once)");
    expect(shown).toContain(`${stick.path} holds a part of the image and is not bootable`);
    expect(disorder(outcome)).toEqual([]);
    expect(isBlank(file)).toBe(true);
  });
});
