/** Targets that stop answering, at every step of a write: told of, given up, and in nobody's way. Time is the test's. */
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import type { Win7UsbError } from "../../src/errors.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { lookEveryMs } from "../../src/transfer/silence.js";
import { writePlan, type WriteResult } from "../../src/write/write-plan.js";
import { memoryDrive, writeFailed, type MemoryDrive, type Operation } from "../support/memory-drive.js";
import { bytesExtent, planOf } from "../support/plans.js";
import { isUnfinished } from "../support/unfinished.js";

const size = 24 * MiB;
const content = new Uint8Array(size);
for (let index = 0; index < size; index += 1) content[index] = (index * 7 + (index >> 20) * 10) | 1;
const plan = planOf(size, [bytesExtent(0, content)]);

/** Paths of the drives that do not answer. */
const unanswering = new Set<string>();
beforeEach(() => {
  unanswering.clear();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => vi.useRealTimers());

type Hanging = {
  readonly drive: MemoryDrive;
  readonly writer: DriveWriter;
  /** What the drive may still read or write, and what it held when it stopped answering. */
  readonly held: { readonly bytes: Uint8Array; readonly before: Uint8Array }[];
  readonly answer: () => void;
};

/** A drive that stops answering at an operation that `when` picks, and answers none from then on until told. */
function hanging(path: string, when: (operation: Operation, index: number) => boolean): Hanging {
  const held: { bytes: Uint8Array; before: Uint8Array }[] = [];
  let silence: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  const drive = memoryDrive(size, {
    path,
    onOperation: async (operation, index) => {
      if (silence === undefined && when(operation, index)) {
        let end = (): void => undefined;
        silence = { over: new Promise<void>((resolve) => (end = resolve)), end: () => end() };
        unanswering.add(path);
      }
      await silence?.over;
    },
  });
  const hold = (bytes: Uint8Array): void => void held.push({ bytes, before: new Uint8Array(bytes) });
  const watchedTransfer = async (bytes: Uint8Array, transfer: Promise<void>): Promise<void> => {
    const ended = await Promise.race([transfer.then(() => true), turn(false)]);
    if (!ended) hold(bytes);
    await transfer;
  };
  const writer = {
    ...drive,
    write: (offset: number, bytes: Uint8Array) => watchedTransfer(bytes, drive.write(offset, bytes)),
    read: (offset: number, target: Uint8Array) => watchedTransfer(target, drive.read(offset, target)),
    // Closing waits for what is under way.
    abort() {
      if (silence === undefined) return drive.abort();
      drive.log.push({ kind: "abort" });
      return silence.over;
    },
  };
  const answer = (): void => {
    silence?.end();
    silence = undefined;
    unanswering.delete(path);
  };
  return { drive, writer, held, answer };
}

type Outcome = {
  readonly result: WriteResult | Win7UsbError;
  readonly events: WriteEvent[];
  /** Of the test's clock, which stands while every drive answers. */
  readonly seconds: number;
};

type Steps = { readonly drives: readonly MemoryDrive[]; readonly after?: Readonly<Record<number, () => void>> };

/**
 * Writes to all; a second passes whenever a drive does not answer and nothing else goes on any more, and then what is to
 * happen `after` so many does. How fast this machine hashes beside that is none of the clock's.
 */
async function write(targets: readonly DriveWriter[], { drives, after = {} }: Steps, signal?: AbortSignal) {
  const events: WriteEvent[] = [];
  let now = 0;
  const outcome: { result?: Outcome["result"] } = {};
  const onEvent = (event: WriteEvent): void => void events.push(event);
  const options = { plan, targets, verify: true, onEvent, now: () => now };
  const written = writePlan(signal === undefined ? options : { ...options, signal }).then(
    (result) => (outcome.result = result),
    (error: unknown) => (outcome.result = error as Win7UsbError),
  );
  const operations = (): number => drives.reduce((sum, { log }) => sum + log.length, 0);
  let seen = -1;
  while (outcome.result === undefined && now < 3_600_000) {
    const before = operations();
    for (let turns = 0; turns < 10; turns += 1) await turn();
    if (before !== operations() || seen !== before) {
      seen = operations();
      continue;
    }
    if (unanswering.size === 0 || drives.some(({ log }) => log.at(-1)?.kind === "abort")) {
      await delay(10);
      continue;
    }
    now += lookEveryMs;
    after[now / 1000]?.();
    await vi.advanceTimersByTimeAsync(lookEveryMs);
  }
  const result = await written;
  return { result, events, seconds: now / 1000 } satisfies Outcome;
}

const warnings = (events: readonly WriteEvent[]) =>
  events.flatMap((event) => (event.event === "warning" ? [event] : []));
/** Progress is told of the phase that is on, and of no target that was given up. */
function expectInOrder(events: readonly WriteEvent[]): void {
  let phase = "";
  const over = new Set<string>();
  for (const event of events) {
    if (event.event === "phase") phase = event.phase;
    else if (event.event === "warning" && event.code === "write-failed") over.add(event.target!);
    else if (event.event === "progress") expect([event.phase, over.has(event.target)]).toEqual([phase, false]);
  }
}

/** What a drive may still take from, or put something into, was not touched. */
function expectKept({ held }: Hanging): void {
  expect(held.length).toBeGreaterThan(0);
  for (const { bytes, before } of held) expect(Buffer.compare(bytes, before)).toBe(0);
}

const isBlank = ({ bytes }: MemoryDrive): boolean => isUnfinished(bytes);

describe("a target that stops answering", () => {
  it.each([
    ["writing", "write", (operation: Operation) => operation.kind === "write" && operation.offset === 8 * MiB],
    ["reading back", "verify", (operation: Operation) => operation.kind === "read" && operation.offset === 12 * MiB],
  ] as const)("while %s is told of once, then given up with its place and cause", async (doing, phase, when) => {
    const { drive, writer } = hanging("stick", when);
    const { result, events, seconds } = await write([writer], { drives: [drive] });
    expect(result).toMatchObject({ code: "write-failed", exitCode: 6 });
    const { message, data, hint } = result as Win7UsbError;
    expect(message).toMatch(
      new RegExp(`^stick has not answered for 120 s: ${doing} \\d+ bytes at byte \\d+ was given up$`),
    );
    expect(data).toMatchObject({ target: "stick", length: 4 * MiB, cause: "ETIMEDOUT" });
    expect(hint).toContain("write it from the beginning");
    expect(seconds).toBe(120);
    const [stalled, ...others] = warnings(events);
    expect(others).toEqual([]);
    expect(stalled).toMatchObject({ code: "stalled", target: "stick", phase, offset: data["offset"], elapsedMs: 5000 });
    expect(stalled!.message).toMatch(/^stick has not answered for 5 s, .*; it is given up after 120 s$/);
    const silent = events.flatMap((event) => (event.event === "progress" && event.stalledMs ? [event] : []));
    expect(silent.map(({ stalledMs }) => stalledMs)).toEqual(Array.from({ length: 115 }, (_, i) => (i + 5) * 1000));
    expect(silent.every(({ bytesPerSecond, etaMs }) => bytesPerSecond === 0 && etaMs === null)).toBe(true);
    expect(isBlank(drive)).toBe(true);
  });

  it("and goes on after a minute is told of twice, and written", async () => {
    const { drive, writer, answer } = hanging(
      "stick",
      (operation) => operation.kind === "write" && operation.offset === 8 * MiB,
    );
    const { result, events } = await write([writer], { drives: [drive], after: { 60: answer } });
    expect(result).toMatchObject({ done: [{ path: "stick", verified: true }], failed: [] });
    expect(warnings(events)).toMatchObject([
      { code: "stalled", elapsedMs: 5000 },
      { code: "resumed", phase: "write", elapsedMs: 60_000, message: "stick answers again after 60 s" },
    ]);
    expect(Buffer.compare(drive.bytes, content)).toBe(0);
  });

  it("while it flushes has ten minutes", async () => {
    // The first empties the cache of the sector that boots, the second of everything else.
    const { drive, writer } = hanging("stick", (operation, index) => operation.kind === "flush" && index === 1);
    const { result, events, seconds } = await write([writer], { drives: [drive] });
    expect(result).toMatchObject({ code: "write-failed", data: { cause: "ETIMEDOUT" } });
    expect((result as Win7UsbError).message).toBe("stick has not answered for 600 s: flushing was given up");
    expect(warnings(events)).toMatchObject([{ code: "stalled", phase: "flush", offset: null }]);
    expectInOrder(events);
    expect(seconds).toBe(600);
    expect(isBlank(drive)).toBe(true);
  });

  it("with the sector that boots under way is given up too, and blanking it is not waited for", async () => {
    const { drive, writer } = hanging("stick", ({ kind }, index) => kind === "write" && index > 6);
    const { result } = await write([writer], { drives: [drive] });
    expect(result).toMatchObject({ data: { offset: 0, cause: "ETIMEDOUT" } });
    expect((result as Win7UsbError).data["blanking"]).toContain("was given up");
  });

  it("when the person interrupts is waited for no longer than seconds", async () => {
    const { drive, writer } = hanging(
      "stick",
      (operation) => operation.kind === "write" && operation.offset === 8 * MiB,
    );
    const controller = new AbortController();
    const after = { 3: () => controller.abort() };
    const { result, seconds } = await write([writer], { drives: [drive], after }, controller.signal);
    expect(result).toMatchObject({ code: "interrupted", exitCode: 130 });
    expect((result as Win7UsbError).message).toContain("stick holds a part of the image and is not bootable");
    expect(seconds).toBe(5);
  });
});

describe("several targets", () => {
  it.each([
    ["write", (operation: Operation) => operation.kind === "write" && operation.offset === 4 * MiB],
    ["read", (operation: Operation) => operation.kind === "read" && operation.offset === 4 * MiB],
  ] as const)("are finished and verified without the one that hangs in a %s", async (_, when) => {
    const stuck = hanging("stuck", when);
    const { drive, writer } = stuck;
    const others = ["one", "two"].map((path) => memoryDrive(size, { path }));
    const drives = [drive, ...others];
    const { result, events } = await write([writer, ...others], { drives });
    expect(result).toMatchObject({
      done: [
        { path: "one", verified: true },
        { path: "two", verified: true },
      ],
      failed: [{ path: "stuck", error: { code: "write-failed", data: { cause: "ETIMEDOUT" } } }],
    });
    for (const { bytes } of others) expect(Buffer.compare(bytes, content)).toBe(0);
    expect(isBlank(drive)).toBe(true);
    expect(warnings(events).map(({ code, target }) => [code, target])).toEqual([
      ["stalled", "stuck"],
      ["write-failed", "stuck"],
    ]);
    expectInOrder(events);
    expectKept(stuck);
  });

  it("that go on reading are not read into the memory of one that hangs", async () => {
    const stuck = hanging("stuck", ({ kind }, index) => kind === "read" && index === 2);
    const late = hanging("late", ({ kind }, index) => kind === "read" && (index === 1 || index === 3));
    const drives = [stuck.drive, late.drive];
    const after = { 100: late.answer, 130: late.answer };
    const { result } = await write([stuck.writer, late.writer], { drives, after });
    expect(result).toMatchObject({ done: [{ path: "late", verified: true }], failed: [{ path: "stuck" }] });
    expectKept(stuck);
  });

  it("that failed are not told of any more while others are waited for", async () => {
    const { drive, writer, answer } = hanging("slow", ({ kind }, index) => kind === "write" && index === 4);
    const broken = memoryDrive(size, {
      path: "broken",
      onOperation: ({ kind }, index) => {
        if (kind === "write" && index === 4) throw writeFailed("broken", 0);
      },
    });
    const { result, events } = await write([writer, broken], { drives: [drive, broken], after: { 30: answer } });
    expect(result).toMatchObject({ done: [{ path: "slow" }], failed: [{ path: "broken" }] });
    const waiting = events.slice(events.findIndex((event) => event.event === "warning" && event.code === "stalled"));
    const told = waiting.flatMap((event) => (event.event === "progress" ? [event.target] : []));
    expect(new Set(told)).toEqual(new Set(["slow"]));
  });

  it("that all hang, each somewhere else, are all given up", async () => {
    const all = Array.from({ length: 8 }, (_, index) =>
      hanging(`stick${index}`, (operation) => operation.kind === "write" && operation.offset === (2 * index + 1) * MiB),
    );
    const drives = all.map(({ drive }) => drive);
    const { result, events } = await write(
      all.map(({ writer }) => writer),
      { drives },
    );
    expect(result).toMatchObject({ code: "write-failed", data: { cause: "ETIMEDOUT" } });
    const paths = drives.map(({ path }) => path);
    const told = warnings(events).filter(({ code }) => code === "stalled");
    expect(new Set(told.map(({ target }) => target))).toEqual(new Set(paths));
    expect(told).toHaveLength(paths.length);
    // One look a second from the fifth to the last one before it is given up.
    for (const path of paths) {
      const looks = events.filter((each) => each.event === "progress" && each.target === path && each.stalledMs);
      expect(looks).toHaveLength(115);
    }
    expect(drives.every(isBlank)).toBe(true);
  });
});
