/** Whole writes on drives in memory: the bytes, their order, and what is told. */
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import type { PlanEvent, WriteEvent } from "../../src/progress/events.js";
import { writePlan, type WritePlanOptions, type WriteResult } from "../../src/write/write-plan.js";
import { memoryDrive, usedBytes, type MemoryDrive, type Operation } from "../support/memory-drive.js";
import { arbitraryPlan, bytesExtent, executeNaively, planOf, rangeExtent, zerosExtent } from "../support/plans.js";
import { rounds } from "../support/sample.js";

type Outcome = { readonly result: WriteResult; readonly events: WriteEvent[] };

async function run(plan: DiskPlan, targets: MemoryDrive[], more: Partial<WritePlanOptions> = {}): Promise<Outcome> {
  const events: WriteEvent[] = [];
  let clock = 0;
  const now = (): number => (clock += 40);
  const onEvent = (event: WriteEvent): void => void events.push(event);
  const result = await writePlan({ plan, targets, verify: true, onEvent, now, ...more });
  // What was told before the first byte is a bound of what was sent.
  const told = events[0] as PlanEvent;
  for (const { bytesWritten } of result.done) expect(bytesWritten).toBeLessThanOrEqual(told.bytesToWrite);
  return { result, events };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
/** Told by one number, because comparing and printing millions of array items takes minutes. */
const difference = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

const content = (length: number, seed = 3): Uint8Array =>
  Buffer.alloc(
    length,
    Uint8Array.from({ length: 241 }, (_, at) => (at * seed + 1) & 0xff),
  );

/** Three blocks and a half, a gap, and a wiped end. */
function largePlan(): DiskPlan {
  const size = 24 * MiB;
  const extents = [
    bytesExtent(0, content(512)),
    zerosExtent(512, 1 * MiB - 512),
    rangeExtent(1 * MiB, content(13 * MiB, 5)),
    zerosExtent(20 * MiB, 4 * MiB),
  ];
  return planOf(size, extents, {
    files: [{ path: "sources/install.wim", size: 12 * MiB, runs: [{ offset: 2 * MiB, length: 12 * MiB }] }],
  });
}

describe("a plan that is written", () => {
  it.each([
    { alignment: 512, skipsZeros: false, verify: true },
    { alignment: 4096, skipsZeros: false, verify: false },
    { alignment: 4096, skipsZeros: true, verify: true },
  ])("gives what executing its extents naively gives: %o", async ({ alignment, skipsZeros, verify }) => {
    await fc.assert(
      fc.asyncProperty(arbitraryPlan, async (plan) => {
        const size = skipsZeros ? plan.diskSize : Math.ceil(plan.diskSize / alignment) * alignment;
        const drive = memoryDrive(size, { alignment, skipsZeros });
        const expected = await executeNaively(plan, drive.bytes);
        const { result } = await run(plan, [drive], { verify });
        expect(difference(drive.bytes, expected)).toBe(0);
        expect(drive.state).toBe("committed");
        expect(result.done[0]).toMatchObject({
          sha256: verify ? sha256(expected.subarray(0, plan.contentEnd)) : null,
          sha256Bytes: plan.contentEnd,
          verified: verify,
        });
      }),
      { numRuns: rounds(60) },
    );
  });

  it("is written in ascending order, the sector that boots blanked first and written last, with flushes between", async () => {
    const plan = largePlan();
    const drive = memoryDrive(plan.diskSize);
    await run(plan, [drive]);
    expect(difference(drive.bytes, await executeNaively(plan, usedBytes(plan.diskSize)))).toBe(0);
    const { log } = drive;
    expect(log.slice(0, 2)).toEqual([{ kind: "write", offset: 0, length: 512 }, { kind: "flush" }]);
    const data = log.slice(
      2,
      log.findIndex(({ kind }, index) => index > 1 && kind === "flush"),
    );
    const offsets = data.map((operation) => offsetOf(operation));
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    expect(offsets).toEqual([512, 4 * MiB, 8 * MiB, 12 * MiB, 20 * MiB]);
    const rest = log.slice(2 + data.length);
    const reads = rest.slice(2).findIndex(({ kind }) => kind !== "read");
    expect(rest.slice(0, 2).map(({ kind }) => kind)).toEqual(["flush", "beginReadBack"]);
    expect(reads).toBe(offsets.length);
    expect(rest.slice(2 + reads)).toEqual([
      { kind: "write", offset: 0, length: 512 },
      { kind: "flush" },
      { kind: "read", offset: 0, length: 512 },
      { kind: "commit" },
    ]);
    expect(drive.busiest).toBe(2);
  });

  it("skips blocks of zeros on a fresh sparse file, planned or found", async () => {
    const extents = [
      bytesExtent(0, content(4096)),
      zerosExtent(4096, 8 * MiB - 4096),
      rangeExtent(8 * MiB, new Uint8Array(4 * MiB)),
      rangeExtent(12 * MiB, content(MiB)),
    ];
    const plan = planOf(13 * MiB, extents);
    const drive = memoryDrive(plan.diskSize, { alignment: 4096, skipsZeros: true });
    const { result } = await run(plan, [drive]);
    expect(difference(drive.bytes, await executeNaively(plan, new Uint8Array(plan.diskSize)))).toBe(0);
    const written = drive.log.filter(({ kind }) => kind === "write").map((operation) => offsetOf(operation));
    expect(written).toEqual([0, 12 * MiB, 0]);
    expect(result.done[0]!.bytesWritten).toBe(MiB + 2 * 4096);
  });

  it("tells a rate of what is sent: zeros that are left out make none, and the time that is left falls all the same", async () => {
    const zeros = 120 * MiB;
    const plan = planOf(zeros + MiB, [
      bytesExtent(0, content(4096)),
      zerosExtent(4096, zeros - 4096),
      rangeExtent(zeros, content(MiB)),
    ]);
    const { events } = await run(plan, [memoryDrive(plan.diskSize, { alignment: 4096, skipsZeros: true })]);
    const written = events.flatMap((event) => (event.event === "progress" && event.phase === "write" ? [event] : []));
    const among = written.filter(({ bytes }) => bytes <= zeros - 4096);
    expect(among.some(({ etaMs }) => etaMs !== null)).toBe(true);
    for (const { bytesPerSecond } of among) expect(bytesPerSecond).toBe(0);
    const back = events.flatMap((event) => (event.event === "progress" && event.phase === "verify" ? [event] : []));
    expect(back.some(({ bytesPerSecond }) => bytesPerSecond > MiB)).toBe(true);
  });

  it("tells its phases and exact progress, and what it did", async () => {
    const plan = largePlan();
    const { events, result } = await run(plan, [memoryDrive(plan.diskSize)]);
    const phases = events.flatMap((event) => (event.event === "phase" ? [event.phase] : []));
    expect(phases).toEqual(["write", "flush", "verify", "finish"]);
    expect(events[0]).toEqual({
      event: "plan",
      bytesToWrite: 18 * MiB + 512,
      edits: [],
      totalBytes: 24 * MiB,
      filesystem: "fat32",
      files: 1,
    });
    expect(events.at(-1)).toEqual({ event: "done", targets: result.done });
    for (const phase of ["write", "verify"]) {
      const told = events.flatMap((event) => (event.event === "progress" && event.phase === phase ? [event] : []));
      const bytes = told.map((event) => event.bytes);
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
      expect(told.at(-1)).toMatchObject({
        target: "memory",
        bytes: 18 * MiB - 512,
        totalBytes: 18 * MiB - 512,
        etaMs: 0,
      });
    }
  });

  it("says when reading back may be answered by a cache", async () => {
    const plan = planOf(8192, [bytesExtent(0, content(8192))]);
    const { events } = await run(plan, [memoryDrive(8192, { fromMedium: false })]);
    expect(events).toContainEqual(
      expect.objectContaining({ event: "warning", code: "verify-cached", target: "memory" }),
    );
    const quiet = await run(plan, [memoryDrive(8192, { fromMedium: false })], { verify: false });
    expect(quiet.events.some(({ event }) => event === "warning")).toBe(false);
  });
});

describe("many targets", () => {
  it("get the same bytes in one pass over the image, each with its own alignment", async () => {
    const plan = largePlan();
    let reads = 0;
    const extents = plan.extents.map((extent) => {
      if (extent.source.kind !== "range") return extent;
      const { source, offset } = extent.source;
      const readInto = (at: number, target: Uint8Array): Promise<void> => {
        reads += target.length;
        return source.readInto(at, target);
      };
      return { ...extent, source: { kind: "range" as const, source: { ...source, readInto }, offset } };
    });
    const drives = [512, 4096, 512, 1024].map((alignment, index) =>
      memoryDrive(plan.diskSize + index * 4096, { alignment, path: `drive${index}` }),
    );
    const { result } = await run({ ...plan, extents }, drives);
    expect(reads).toBe(13 * MiB);
    expect(result.done.map(({ path }) => path)).toEqual(["drive0", "drive1", "drive2", "drive3"]);
    for (const drive of drives) {
      // The last MiB of each drive is wiped at its own end, wherever the plan's is.
      const expected = (await executeNaively(plan, usedBytes(drive.size))).fill(0, plan.diskSize);
      expect(difference(drive.bytes, expected)).toBe(0);
    }
  });

  it("do not wait for a slow one further than the window", async () => {
    const size = 64 * MiB;
    const plan = planOf(size, [bytesExtent(0, content(512)), zerosExtent(512, size - 512)]);
    let slowest = 0;
    const fast = memoryDrive(size, { path: "fast" });
    const slow = memoryDrive(size, {
      path: "slow",
      onOperation: async (operation) => {
        if (operation.kind !== "write" || operation.offset === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
        const ahead = Math.max(...fast.log.map(offsetOf)) - offsetOf(operation);
        slowest = Math.max(slowest, ahead);
      },
    });
    await run(plan, [fast, slow], { verify: false });
    expect(slowest).toBeGreaterThan(4 * MiB);
    expect(slowest).toBeLessThanOrEqual(32 * MiB);
    expect(difference(slow.bytes, fast.bytes)).toBe(0);
  });
});

function offsetOf(operation: Operation): number {
  return "offset" in operation ? operation.offset : -1;
}
