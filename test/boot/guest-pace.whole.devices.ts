/**
 * The progress of a write to a stick with the speed of a stick, in a Linux of its own: what it says is held against what
 * QEMU has put on the medium. QEMU's throttle makes the speed.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { guestKernel, startGuest, type GuestMachine, type Stick, type Transferred } from "../support/guest-machine.js";
import { guestFiles } from "../support/guest-root.js";
import { doneTargets, fileDigest, progressOf, startOf, writeInGuest } from "../support/guest-write.js";
import { expectBoot } from "./stick.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-pace-"));
const kernel = await guestKernel();
const large = `${guestFiles}/large.iso`;
const megabyte = 1e6;
/** What the progress may be ahead of the medium at most, in bytes. */
const largestLead = 32 * MiB;
const sampleMs = 20;

let guest: GuestMachine;

beforeAll(async () => {
  if (kernel === null) return;
  const bootmgr = bootmgrProbe();
  guest = await startGuest(kernel, [await writeDemoImage(work, { bootmgr, payloadSize: 40 * MiB }, "large.iso")]);
});
afterAll(async () => {
  await guest?.close();
  rmSync(work, { recursive: true });
});

function emptyStick(name: string, size: number): string {
  const file = join(work, `${name}.img`);
  writeFileSync(file, "");
  truncateSync(file, size);
  return file;
}

type Samples = {
  /** What was known at a time of this machine's clock. */
  at(time: number): Transferred;
  stop(): Promise<void>;
};

/** Looks all the time at what the medium has taken and given. */
function sample(stick: Stick): Samples {
  const taken: { readonly time: number; readonly bytes: Transferred }[] = [];
  const stopped = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const bytes = await stick.transferred();
      taken.push({ time: performance.now(), bytes });
      await sleep(sampleMs);
    }
  };
  const ended = run();
  return {
    at: (time) => taken.findLast((each) => each.time <= time)?.bytes ?? { written: 0, read: 0 },
    async stop() {
      stopped.abort();
      await ended;
    },
  };
}

/** Bytes a second in each second or more of the events up to a time. */
function ratesUpTo(events: readonly { readonly bytes: number; readonly at: number }[], end: number): number[] {
  const rates: number[] = [];
  let from = events[0]!;
  for (const event of events) {
    if (event.at > end || event.at - from.at < 1000) continue;
    rates.push(((event.bytes - from.bytes) * 1000) / (event.at - from.at));
    from = event;
  }
  return rates;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const mebibytes = (bytes: number): string => `${(bytes / MiB).toFixed(1)} MiB`;

describe.skipIf(kernel === null)("progress", () => {
  it("a program that is ahead of the medium is seen to be", async () => {
    const stick = await guest.plug({ file: emptyStick("ahead", GiB), serial: "AHEAD", rate: 20 * megabyte });
    const samples = sample(stick);
    let ahead = 0;
    // The page cache takes it all at once; the drive stays open for a while, because closing waits for the medium.
    const copy = "{ dd if=/dev/zero bs=1M count=96 && echo done >&2; sleep 1; }";
    await guest.run(`${copy} >${stick.path}`, ({ text, at }) => {
      if (text === "done") ahead = 96 * MiB - samples.at(at).written;
    });
    await samples.stop();
    await stick.unplug();
    console.log(`dd through the page cache is ${mebibytes(ahead)} ahead when it is done`);
    expect(ahead).toBeGreaterThan(largestLead);
  });

  it("of a stick of 7.5 GB at 20 MB/s is told as it is", async () => {
    const rate = 20 * megabyte;
    const file = emptyStick("large", 7.5e9);
    const stick = await guest.plug({ file, serial: "LARGE", rate });
    const samples = sample(stick);
    const write = await writeInGuest(guest, large, [stick.path]);
    await samples.stop();
    expect(write.exitCode, write.err).toBe(0);
    const { sha256, sha256Bytes, verified } = doneTargets(write)[0]!;
    expect(verified).toBe(true);

    const written = progressOf(write, "write");
    const total = written[0]!.totalBytes;
    expect(total).toBeGreaterThan(200 * MiB);
    const readBefore = samples.at(startOf(write, "verify")).read;
    const leads = [
      ...written.map(({ bytes, at }) => bytes - samples.at(at).written),
      ...progressOf(write, "verify").map(({ bytes, at }) => bytes - (samples.at(at).read - readBefore)),
    ];
    const began = startOf(write, "write");
    const full = written.find(({ bytes }) => bytes === total)!.at;
    const atFull = startOf(write, "verify") - full;
    const rates = ratesUpTo(written, written.find(({ bytes }) => bytes >= total / 2)!.at);
    const verifiedAt = progressOf(write, "verify").find(({ bytes }) => bytes === total)!.at;
    const middle = written.find(({ bytes }) => bytes >= total / 2)!;
    console.log(
      `${mebibytes(total)} in ${seconds(full - began)} (${((total / (full - began)) * 1e-3).toFixed(1)} MB/s), ` +
        `${leads.length} events, at most ${mebibytes(Math.max(...leads))} ahead of the medium; at 100 % for ` +
        `${seconds(atFull)} before reading back (${seconds(verifiedAt - startOf(write, "verify"))}) and for ` +
        `${seconds(write.endedAt - verifiedAt)} after it; half-way it said ${seconds(middle.etaMs!)} left and ` +
        `${(middle.bytesPerSecond / megabyte).toFixed(1)} MB/s, and it took ${seconds(full - middle.at)}`,
    );
    // The throttle is what holds it up, or nothing is proved.
    expect(total / (full - began)).toBeLessThan((1.15 * rate) / 1000);
    expect(written.length).toBeGreaterThan(20);
    expect(Math.max(...leads)).toBeLessThan(largestLead);
    // However fast it went, up to there: a busy machine holds it up, too.
    expect(middle.bytesPerSecond).toBeGreaterThan(0.75 * Math.min(...rates));
    expect(middle.bytesPerSecond).toBeLessThan(1.25 * Math.max(...rates));
    const left = ((total - middle.bytes) / middle.bytesPerSecond) * 1000;
    expect(Math.abs(middle.etaMs! / left - 1)).toBeLessThan(0.05);

    await stick.unplug();
    expect(await fileDigest(file, sha256Bytes)).toBe(sha256);
    await expectBoot(file);
  });
});
