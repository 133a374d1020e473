/** A station at work with ports of the test's own: what it does with sticks that are pulled, with a journal that fails, and at its end. */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import type { WriteEvent } from "../../src/progress/events.js";
import type { JournalLine } from "../../src/station/journal-line.js";
import { runStation, type StationNotice, type StationPorts } from "../../src/station/run-station.js";
import type { ListedStick } from "../../src/station/selection.js";
import type { Station } from "../../src/station/station.js";
import type { StickOutcome } from "../../src/station/stick.js";
import { stickDrive } from "../support/station-sticks.js";

const image = { path: "win7.iso", size: 1000, sha256: "ab".repeat(32) };
const drive = stickDrive({ port: "2-1", sequence: 1, size: 8e9 });
const one = [{ key: "a", drive, refusals: [] }];
const done: StickOutcome = {
  done: { path: drive.path, sha256: "cd".repeat(32), sha256Bytes: 1, bytesWritten: 1, verified: true },
};
const failed = new Win7UsbError("write-failed", `${drive.path} gives an error`);
const progress: WriteEvent = {
  event: "progress",
  phase: "write",
  target: drive.path,
  bytes: 1,
  totalBytes: 2,
  bytesPerSecond: 0,
  etaMs: null,
};

class World {
  sticks: readonly (ListedStick & { readonly key: string })[] = one;
  readonly lines: JournalLine[] = [];
  readonly notices: StationNotice[] = [];
  readonly stop = new AbortController();
  readonly abort = new AbortController();
  station: Station | undefined;

  run(ports: Partial<StationPorts> = {}, stopAfter?: number): Promise<Station> {
    let now = 0;
    const usual: StationPorts = {
      lookEvery: 2,
      now: () => (now += 1),
      list: async () => this.sticks,
      look: async () => ({ kind: "empty" }),
      write: async () => done,
      keep: async (line) => void this.lines.push(line),
    };
    const facts = { image, program: "1", rules: { only: [], take: ["empty"] as const }, atOnce: 4, stopAfter };
    return runStation(
      facts,
      { ...usual, ...ports },
      {
        stop: this.stop.signal,
        abort: this.abort.signal,
        onStart: (station) => (this.station = station),
        onNotice: (notice) => this.notices.push(notice),
      },
    );
  }
}

describe("a station at work", () => {
  it("says that a stick is done when its line is in the journal, and not before", async () => {
    const world = new World();
    const keep = async (line: JournalLine): Promise<void> => {
      await delay(20);
      expect(world.station!.sticks.map(({ phase }) => phase)).toEqual(["recording"]);
      world.lines.push(line);
    };
    const station = await world.run({ keep }, 1);
    expect([station.counts.done, world.lines.length]).toEqual([1, 1]);
    const last = world.notices.slice(-2).map(({ notice, stick }) => [notice, stick.phase]);
    expect(last).toEqual([
      ["kept", "done"],
      ["stick", "done"],
    ]);
  });

  it("ends the write of a stick that was pulled, and forgets it", async () => {
    const world = new World();
    const write: StationPorts["write"] = async (_drive, signal, onEvent) => {
      onEvent(progress);
      world.sticks = [];
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      world.stop.abort();
      return { error: new Win7UsbError("interrupted", "interrupted") };
    };
    const station = await world.run({ write });
    expect([station.counts.pulled, station.sticks, world.lines.map(({ stick }) => stick)]).toEqual([1, [], ["pulled"]]);
  });

  it("calls a stick pulled whose write failed before the system had noticed, and bad one that is still there", async () => {
    const world = new World();
    let writes = 0;
    const write = async (): Promise<StickOutcome> => {
      writes += 1;
      if (writes === 1) world.sticks = [{ ...one[0]!, key: "b" }];
      else setTimeout(() => world.stop.abort(), 30);
      return { error: failed };
    };
    const station = await world.run({ write });
    expect(world.lines.map(({ stick }) => stick)).toEqual(["pulled", "failed"]);
    expect(station.sticks.map(({ reason }) => reason)).toEqual(["gives an error"]);
  });

  it("lets what runs end when it is asked to, and ends it when it is asked again", async () => {
    for (const again of [false, true]) {
      const world = new World();
      const write: StationPorts["write"] = async (_drive, signal) => {
        world.stop.abort();
        await delay(5);
        expect(signal.aborted).toBe(false);
        if (!again) return done;
        world.abort.abort();
        expect(signal.aborted).toBe(true);
        return { error: new Win7UsbError("interrupted", "interrupted") };
      };
      await world.run({ write });
      expect(world.lines.map(({ stick }) => stick)).toEqual([again ? "interrupted" : "done"]);
    }
  });

  it("ends with a journal that cannot be written, and writes no more", async () => {
    const world = new World();
    const full = new Win7UsbError("internal", "the journal is full");
    let writes = 0;
    const write = async (): Promise<StickOutcome> => {
      writes += 1;
      world.sticks = [{ ...one[0]!, key: `${writes}` }];
      return done;
    };
    await expect(world.run({ write, keep: () => Promise.reject(full) })).rejects.toBe(full);
    expect(writes).toBe(1);
  });

  it("ends with what is wrong with the image", async () => {
    const world = new World();
    const changed = new Win7UsbError("image-changed", "it changed");
    await expect(world.run({ write: async () => ({ error: changed }) })).rejects.toBe(changed);
    expect(world.lines.map(({ stick }) => stick)).toEqual(["interrupted"]);
  });

  it("goes on where the drives cannot be listed for once, and ends with a fault", async () => {
    const world = new World();
    let looks = 0;
    const list = async (): Promise<typeof world.sticks> => {
      looks += 1;
      if (looks < 3) throw new Win7UsbError("target-unsupported", "not now");
      if (looks > 8) throw new TypeError("a fault");
      return [];
    };
    await expect(world.run({ list })).rejects.toThrow("a fault");
  });
});
