/** When what was read is claimed: never of a disc that may not be there any more. */
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import { freshState, Rescue } from "../../src/read/rescue.js";
import { RescueMap } from "../../src/read/rescue-map.js";
import { runRescue, type RescueMedia } from "../../src/read/run-rescue.js";
import { Interruption } from "../../src/source/interruption.js";

const sectorSize = 4;
const clusterSize = 16;
const size = 1024;
const unreadable = (): Win7UsbError => new Win7UsbError("image-unreadable", "it cannot be read");

type Setting = {
  /** Whether a read at this byte succeeds. */
  readonly isReadable?: (offset: number, length: number) => boolean;
  readonly isThere?: () => boolean;
  readonly saveEveryMs?: number;
  readonly signal?: AbortSignal;
  readonly onRead?: (offset: number) => void;
};

async function run({ isReadable = () => true, isThere = () => true, saveEveryMs = Infinity, signal, onRead }: Setting) {
  const rescue = new Rescue(new RescueMap(size), size, freshState, { sectorSize, clusterSize, retries: 1 });
  const saved: number[] = [];
  const checks: boolean[] = [];
  let time = 0;
  const media: RescueMedia = {
    async read(offset, target) {
      if (!isReadable(offset, target.length)) throw unreadable();
      target.fill(1);
    },
    write: async () => undefined,
    save: async () => void saved.push(rescue.map.bytes("finished")),
    async checkDisc(isDoubtful) {
      checks.push(isDoubtful);
      if (!isThere()) throw new Win7UsbError("disc-changed", "it is gone");
    },
  };
  const stopped = (): Error => new Win7UsbError("interrupted", "interrupted");
  const interruption = new Interruption(signal, stopped);
  const outcome = await runRescue(rescue, media, {
    interruption,
    now: () => (time += 1),
    saveEveryMs,
    clusterSize,
    onRead: ({ offset }) => onRead?.(offset),
  }).catch((error: unknown) => error);
  interruption.end();
  return { outcome, saved, checks, rescue };
}

describe("a rescue that runs", () => {
  it("saves now and then, and at the end", async () => {
    const { outcome, saved, checks } = await run({ saveEveryMs: 20 });
    expect(outcome).toBe(0);
    expect(saved.length).toBeGreaterThan(2);
    expect(saved.at(-1)).toBe(size);
    expect(checks.every((isDoubtful) => !isDoubtful)).toBe(true);
  });

  it("asks the disc itself behind failures in a row, and claims nothing of one that is gone", async () => {
    let isThere = true;
    const isReadable = (offset: number): boolean => {
      if (offset >= 512) isThere = false;
      return isThere;
    };
    const { outcome, saved, checks } = await run({ isReadable, isThere: () => isThere, saveEveryMs: 8 });
    expect(outcome).toMatchObject({ code: "disc-changed" });
    expect(checks.at(-1)).toBe(true);
    for (const bytes of saved) expect(bytes).toBeLessThanOrEqual(512);
    expect(saved.length).toBeGreaterThan(0);
  });

  it("goes on where the disc is there and only bad", async () => {
    const isBad = (offset: number, length: number): boolean => offset < 600 && offset + length > 400;
    const { outcome, rescue, saved } = await run({ isReadable: (offset, length) => !isBad(offset, length) });
    expect(outcome).toBeGreaterThan(50);
    expect(rescue.map.runs("bad-sector")).toEqual([{ offset: 400, length: 200 }]);
    expect(saved.at(-1)).toBe(size - 200);
  });

  it("keeps what was read when it is interrupted", async () => {
    const controller = new AbortController();
    const { outcome, saved } = await run({
      signal: controller.signal,
      onRead: (offset) => (offset === 320 ? controller.abort() : undefined),
    });
    expect(outcome).toMatchObject({ code: "interrupted" });
    expect(saved).toEqual([336]);
  });

  it("ends with what is no bad sector", async () => {
    const { outcome, saved } = await run({
      isReadable(offset) {
        if (offset === 64) throw new Win7UsbError("no-medium", "there is no disc");
        return true;
      },
    });
    expect(outcome).toMatchObject({ code: "no-medium" });
    expect(saved).toEqual([]);
  });
});
