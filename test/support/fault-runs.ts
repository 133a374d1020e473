/**
 * A write for every place where its drive can fail: each operation by itself, from it on, every so many, a byte that is
 * changed silently, and a drive that is dead from it on. Whatever it is, a write that says it is done is right to the byte,
 * and any other leaves a drive that does not boot, and that nothing takes for whole.
 */
import { describe, expect, it, vi } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { checkAgainst } from "../../src/check/index.js";
import { locateManifest } from "../../src/check/locate-manifest.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import type { DriveReader } from "../../src/drive/drive-reader.js";
import { Win7UsbError } from "../../src/errors.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { planDisk } from "../../src/volumes/index.js";
import type { DiskPlan, FileSystemName } from "../../src/volumes/plan.js";
import { writePlan } from "../../src/write/write-plan.js";
import { faultyDrive, type Fault, type FaultyDrive, type Operation } from "./faulty-drive.js";
import { directory, file, tree } from "./memory-tree.js";
import { everyCase, sample } from "./sample.js";
import { sparseMedium, type SparseMedium } from "./sparse-medium.js";
import { isUnfinished } from "./unfinished.js";

/** Pauses between attempts are another test's (retry.test.ts). */
vi.mock("node:timers/promises", async (original) => {
  const real = await original<{ setTimeout: (ms: number, ...rest: unknown[]) => Promise<unknown> }>();
  const longestPauseMs = 400;
  const shortened: typeof real.setTimeout = (ms, ...rest) => real.setTimeout(ms <= longestPauseMs ? 0 : ms, ...rest);
  return { ...real, setTimeout: shortened };
});

/** Bytes: a little more than is written to the disk's end in any case. */
const usualSize = 100 * MiB;
/** Large enough to be asked whether it is as large as it says. */
export const probedSize = 260 * MiB;

export type Setting = {
  readonly fileSystem: FileSystemName;
  readonly verify: boolean;
  readonly onlyChanged: boolean;
  /** A second target beside it that does not fail. */
  readonly beside: boolean;
  readonly size?: number;
};

function planOf({ fileSystem, size = usualSize }: Setting): DiskPlan {
  const sources = directory("sources", [file("boot.wim", 600_000), file("install.wim", 300_000)]);
  const files = tree(file("bootmgr", 30_000), directory("boot", [file("bcd", 8192)]), sources);
  return planDisk(files, { diskSize: size }, { fileSystem, label: "FAULTS" });
}

/** Every way to write; of a sample those in which each two choices still meet. */
export const settings: readonly Omit<Setting, "fileSystem">[] = [true, false].flatMap((verify) =>
  [false, true].flatMap((onlyChanged) =>
    [false, true]
      .filter((beside) => everyCase || (Number(verify) + Number(onlyChanged) + Number(beside)) % 2 === 1)
      .map((beside) => ({ verify, onlyChanged, beside })),
  ),
);

type Outcome = {
  readonly drive: FaultyDrive;
  readonly medium: SparseMedium;
  /** Undefined where the drive was told as done. */
  readonly error: Win7UsbError | undefined;
  readonly retries: number;
};

type Series = { readonly setting: Setting; readonly plan: DiskPlan; readonly start: SparseMedium };

/** Every byte of a used drive that boots, or what a write of the same plan left there, save for a few changes. */
async function startOf(setting: Setting, plan: DiskPlan): Promise<SparseMedium> {
  const used = sparseMedium(setting.size ?? usualSize, 0x5a);
  used.write(510, Uint8Array.of(0x55, 0xaa));
  if (!setting.onlyChanged) return used;
  await run({ setting: { ...setting, onlyChanged: false, beside: false }, plan, start: used }, used);
  for (const { offset, length } of plan.extents) used.write(offset + (length >> 1), Uint8Array.of(0xc3));
  return used;
}

async function run({ setting, plan, start }: Series, medium: SparseMedium, fault?: Fault): Promise<Outcome> {
  const drive = faultyDrive("faulty", medium, fault);
  const other = faultyDrive("sound", sparseMedium(start.size, 0, start));
  let retries = 0;
  let ended = false;
  const late: WriteEvent[] = [];
  const options = { plan, verify: setting.verify, onlyChanged: setting.onlyChanged, now: () => 0 };
  try {
    const { failed } = await writePlan({
      ...options,
      targets: setting.beside ? [other, drive] : [drive],
      onEvent: (event) => {
        if (ended) late.push(event);
        if (event.event === "done") ended = true;
        if (event.event === "warning" && event.code === "retried") retries += 1;
      },
    });
    expect(late, "nothing follows the last event").toEqual([]);
    if (setting.beside) expect(other.state, "the sound one").toBe("committed");
    return { drive, medium, retries, error: failed[0]?.error };
  } catch (error) {
    if (error instanceof Win7UsbError && !setting.beside) return { drive, medium, retries, error };
    throw error;
  }
}

const bootSector = (medium: SparseMedium): Buffer => {
  const bytes = Buffer.alloc(512);
  medium.read(0, bytes);
  return bytes;
};

/** What `check` makes of it. */
async function checked(medium: SparseMedium): Promise<"whole" | "unfinished" | "otherwise"> {
  const reader: DriveReader = {
    path: "faulty",
    kind: "drive",
    size: medium.size,
    alignment: 512,
    fromMedium: true,
    read: async (offset, target) => medium.read(offset, target),
    close: async () => undefined,
  };
  const found = await locateManifest(reader, createReadBytes(reader));
  if (found.unfinishedBy !== null) return "unfinished";
  if (found.read.kind !== "manifest") return "otherwise";
  const expectation = { kind: "manifest", manifest: found.read.manifest, found } as const;
  const findings = await checkAgainst(expectation, { reader, begin: () => undefined, advanced: () => undefined });
  return findings.mismatches.length === 0 ? "whole" : "otherwise";
}

/** Whether both hold the same wherever the plan puts something. */
function areSameAsPlanned({ plan }: Series, medium: SparseMedium, whole: SparseMedium): boolean {
  return plan.extents.every(({ offset, length }) => {
    const [found, expected] = [Buffer.alloc(length), Buffer.alloc(length)];
    medium.read(offset, found);
    whole.read(offset, expected);
    return found.equals(expected);
  });
}

async function expectHonest(series: Series, outcome: Outcome, whole: SparseMedium, fault: Fault) {
  const { setting, start } = series;
  const { drive, medium, error } = outcome;
  const what = `${JSON.stringify({ ...setting, ...fault })} ${error?.message ?? "done"}`;
  expect(drive.state, what).toBe(error === undefined ? "committed" : "aborted");
  const isWhole = medium.equals(whole);
  if (error === undefined) {
    // What nobody reads back nobody can vouch for, but for the sector that boots.
    const isUnasked = fault.kind === "corrupt" && !setting.verify;
    // What is put back where a marker was is nobody's any more, and not read again.
    const isRight = isWhole || (fault.kind === "corrupt" && areSameAsPlanned(series, medium, whole));
    expect(isRight || (isUnasked && bootSector(medium).equals(bootSector(whole))), what).toBe(true);
    return;
  }
  expect(error.exitCode, what).toBe(error.code === "verify-failed" ? 7 : 6);
  // A drive that dies between the last write and the last flush has everything, and takes no word back.
  if (fault.operation === "dead" && isWhole) return;
  expect(isUnfinished(bootSector(medium)) || medium.equals(start), what).toBe(true);
  if (!medium.equals(start)) expect(await checked(medium), what).toBe("unfinished");
}

/** Every fault of a kind, for operations 1 to `count`. */
const kinds = {
  "by itself": (operation: Operation, k: number): Fault => ({ operation, from: k, last: k }),
  "from it on": (operation: Operation, k: number): Fault => ({ operation, from: k }),
  "every so many": (operation: Operation, k: number): Fault => ({ operation, from: k, every: k }),
} as const;

const numbersTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

export function describeFaults(setting: Setting): void {
  const words = [setting.fileSystem, setting.size === undefined ? "" : `of ${setting.size} bytes`];
  if (!setting.verify) words.push("--no-verify");
  if (setting.onlyChanged) words.push("--only-changed");
  if (setting.beside) words.push("beside a sound one");
  describe(`a drive that fails: ${words.filter(Boolean).join(" ")}`, async () => {
    const plan = planOf(setting);
    const series: Series = { setting, plan, start: await startOf(setting, plan) };
    const fresh = (): SparseMedium => sparseMedium(series.start.size, 0, series.start);
    const healthy = await run(series, fresh());
    if (healthy.error !== undefined) throw healthy.error;
    const whole = healthy.medium;

    async function runAll(faults: readonly Fault[]): Promise<Outcome[]> {
      const outcomes: Outcome[] = [];
      for (const fault of sample(faults, 7)) {
        const outcome = await run(series, fresh(), fault);
        await expectHonest(series, outcome, whole, fault);
        outcomes.push(outcome);
      }
      return outcomes;
    }

    for (const operation of ["write", "read"] as const) {
      const count = healthy.drive.counts[operation];
      it(`at each of ${count} ${operation}s by itself goes on, tells of it, and writes the same`, async () => {
        const outcomes = await runAll(numbersTo(count).map((k) => kinds["by itself"](operation, k)));
        for (const { drive, error } of outcomes) expect([drive.hits.length, error]).toEqual([1, undefined]);
        // What is only read to save a write may fail.
        const told = outcomes.map(({ retries }) => retries);
        expect(told).toEqual(told.map(() => 1));
      });

      it(`from each of ${count} ${operation}s on is given up`, async () => {
        const outcomes = await runAll(numbersTo(count).map((k) => kinds["from it on"](operation, k)));
        for (const { error } of outcomes) expect(error).toMatchObject({ code: "write-failed", data: { cause: "EIO" } });
      });

      it(`at every second, third ... of ${count} ${operation}s goes on, or is given up`, async () => {
        const outcomes = await runAll(numbersTo(count).map((k) => kinds["every so many"](operation, k)));
        expect(outcomes[0]?.error?.code).toBe("write-failed");
        if (count > 1) expect(outcomes.at(-1)?.error).toBeUndefined();
      });
    }

    it(`at any of ${healthy.drive.counts.flush} flushes is given up at once`, async () => {
      for (const kind of Object.values(kinds)) {
        const outcomes = await runAll(numbersTo(healthy.drive.counts.flush).map((k) => kind("flush", k)));
        for (const { error } of outcomes) expect(error?.message).toContain("flushing faulty failed: EIO");
      }
    });

    it(`that is dead from any of ${healthy.drive.counts.all} operations on is given up`, async () => {
      const faults = numbersTo(healthy.drive.counts.all).map((from): Fault => ({
        operation: "dead",
        from,
        kind: "ENODEV",
      }));
      for (const { error } of await runAll(faults)) expect(error?.code).toBe("write-failed");
    });

    it(`that changes a byte of any of ${healthy.drive.counts.write} writes is found out`, async () => {
      const faults = numbersTo(healthy.drive.counts.write).map((k): Fault => ({
        ...kinds["by itself"]("write", k),
        kind: "corrupt",
      }));
      const outcomes = await runAll(faults);
      if (setting.verify)
        expect(outcomes.filter(({ error }) => error?.code === "verify-failed").length).toBeGreaterThan(
          everyCase ? 5 : 2,
        );
    });
  });
}
