/**
 * A stick changed where its drive fails: at each write, read and flush, from it on. What says that it is done is to the byte what a write makes;
 * any other is as it was, or is unfinished, and nothing takes it for whole.
 */
import { describe, expect, it, vi } from "vitest";
import { MiB } from "../../../src/bytes/units.js";
import { Win7UsbError } from "../../../src/errors.js";
import { filledSource } from "../../../src/source/byte-source.js";
import type { WriteEvent } from "../../../src/progress/events.js";
import type { WriteRun } from "../../../src/steps/write-image.js";
import { openStick, type OpenedStick } from "../../../src/steps/open-stick.js";
import { changesOf } from "../../../src/steps/update/changes.js";
import { diskOf, treeOfStick } from "../../../src/steps/update/stick-tree.js";
import { writeChanges } from "../../../src/steps/update/write-changes.js";
import { planDisk } from "../../../src/volumes/index.js";
import type { DiskPlan, FileSystemName } from "../../../src/volumes/plan.js";
import { writePlan } from "../../../src/write/write-plan.js";
import { faultyDrive, type Fault, type FaultyDrive, type Operation } from "../../support/faulty-drive.js";
import { directory, file, tree } from "../../support/memory-tree.js";
import { sample } from "../../support/sample.js";
import { sparseMedium, type SparseMedium } from "../../support/sparse-medium.js";
import { isUnfinished } from "../../support/unfinished.js";

/** Pauses between attempts are another test's (retry.test.ts). */
vi.mock("node:timers/promises", async (original) => {
  const real = await original<{ setTimeout: (ms: number, ...rest: unknown[]) => Promise<unknown> }>();
  const longestPauseMs = 400;
  const shortened: typeof real.setTimeout = (ms, ...rest) => real.setTimeout(ms <= longestPauseMs ? 0 : ms, ...rest);
  return { ...real, setTimeout: shortened };
});

const diskSize = 100 * MiB;
const modified = Date.UTC(2010, 10, 20, 22, 25, 1);
const files = tree(
  file("bootmgr", 30_000, { modified }),
  directory("boot", [file("bcd", 8192, { modified, created: modified - 50 })]),
  directory("sources", [
    file("boot.wim", 600_000),
    file("ei.cfg", 40, { modified: modified + 1000 }),
    directory("none"),
  ]),
);

/** Its code has a second sector. */
const asked = { bootPrompt: true };

async function written(plan: DiskPlan, below?: SparseMedium): Promise<{ medium: SparseMedium; sha256: string | null }> {
  const medium = sparseMedium(diskSize, 0, below);
  const targets = [faultyDrive("written", medium)];
  const { done } = await writePlan({ plan, targets, verify: true, onEvent: () => undefined, now: () => 0 });
  return { medium, sha256: done[0]!.sha256 };
}

function opened(medium: SparseMedium): Promise<OpenedStick> {
  return openStick(
    filledSource(diskSize, async (offset, target) => medium.read(offset, target)),
    "stick",
  );
}

type Outcome = { drive: FaultyDrive; medium: SparseMedium; error: Win7UsbError | undefined; sha256: string | null };

/** What becomes of a stick under another label. */
async function becoming(start: SparseMedium, label: string) {
  const stick = await opened(start);
  const disk = diskOf(stick);
  const { tree: own, located } = await treeOfStick(stick, disk);
  const plan = located(planDisk(own, { diskSize }, { fileSystem: stick.manifest.fileSystem, label, ...asked }));
  const { changed: parts, moved } = await changesOf(plan, disk.source, disk.read);
  expect(moved).toEqual([]);
  return { stick, plan, changed: parts, held: [] };
}

type Becoming = Awaited<ReturnType<typeof becoming>>;

async function changed(
  { stick, ...parts }: Becoming,
  start: SparseMedium,
  { fault, signal, onEvent }: { fault?: Fault } & Pick<WriteRun, "signal" | "onEvent"> = {},
): Promise<Outcome> {
  const medium = sparseMedium(diskSize, 0, start);
  const drive = faultyDrive("stick", medium, fault);
  try {
    const result = await writeChanges(stick, parts, drive, { signal, onEvent, now: () => 0 });
    return { drive, medium, error: undefined, sha256: result.done[0]!.sha256 };
  } catch (error) {
    if (error instanceof Win7UsbError) return { drive, medium, error, sha256: null };
    throw error;
  }
}

const firstSector = (medium: SparseMedium): Buffer => {
  const bytes = Buffer.alloc(512);
  medium.read(0, bytes);
  return bytes;
};

const numbersTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe.each<FileSystemName>(["fat32", "ntfs"])("a stick with %s", async (fileSystem) => {
  const plan = (label: string): DiskPlan =>
    planDisk(files, { diskSize }, { fileSystem, label, ...(label === "AFTER" ? asked : {}) });
  const { medium: start } = await written(plan("BEFORE"));
  const { medium: whole, sha256 } = await written(plan("AFTER"), start);
  const after = await becoming(start, "AFTER");
  const healthy = await changed(after, start);

  it("is what a write makes, to the byte, and its SHA-256 is known without reading it again", () => {
    expect(healthy.error).toBeUndefined();
    expect(healthy.medium.equals(whole)).toBe(true);
    expect(healthy.sha256).toBe(sha256);
    expect(healthy.drive.state).toBe("committed");
  });

  const honest = async ({ drive, medium, error }: Outcome, what: string): Promise<void> => {
    expect(drive.state, what).toBe(error === undefined ? "committed" : "aborted");
    if (error === undefined || medium.equals(whole)) return expect(medium.equals(whole), what).toBe(true);
    if (medium.equals(start)) return;
    expect(isUnfinished(firstSector(medium)), what).toBe(true);
    await expect(opened(medium), what).rejects.toMatchObject({ code: "stick-unfinished" });
  };

  it.each<Operation | "dead">(["write", "read", "flush", "dead"])(
    "fails honestly from any %s on",
    async (operation) => {
      const { counts } = healthy.drive;
      const count = operation === "dead" ? counts.all : counts[operation];
      for (const from of sample(numbersTo(count), 4)) {
        const outcome = await changed(after, start, { fault: { operation, from } });
        await honest(outcome, `${operation} ${from}: ${outcome.error?.message ?? "done"}`);
      }
    },
  );

  it("is never whole where a byte that was written is another", async () => {
    for (const from of sample(numbersTo(healthy.drive.counts.write), 4)) {
      const outcome = await changed(after, start, {
        fault: { operation: "write", from, last: from, kind: "corrupt" },
      });
      await honest(outcome, `corrupt ${from}: ${outcome.error?.message ?? "done"}`);
    }
  });

  it.each(["write", "flush", "verify", "finish"])("is unfinished where it is interrupted at %s", async (phase) => {
    const stop = new AbortController();
    const onEvent = (event: WriteEvent): void => {
      if (event.event === "phase" && event.phase === phase) stop.abort();
    };
    const outcome = await changed(after, start, { signal: stop.signal, onEvent });
    // What is the last sector's is not taken back.
    expect(outcome.error?.code).toBe(outcome.medium.equals(whole) ? undefined : "interrupted");
    await honest(outcome, phase);
  });

  it("is as it was where it is damaged, or interrupted before the first byte", async () => {
    const { offset } = (await opened(start)).manifest.files!.find(({ path }) => path === "sources/boot.wim")!.runs[0]!;
    const damaged = sparseMedium(diskSize, 0, start);
    damaged.write(offset + 100_000, Uint8Array.of(0xff));
    const refused = await changed(after, damaged);
    expect(refused.error).toMatchObject({ code: "stick-damaged", data: { files: ["sources/boot.wim"] } });
    expect([refused.medium.equals(damaged), refused.drive.state]).toEqual([true, "aborted"]);
    const stopped = await changed(after, start, { signal: AbortSignal.abort() });
    expect(stopped.error).toMatchObject({ code: "interrupted", message: "interrupted: nothing was written" });
    expect(stopped.medium.equals(start)).toBe(true);
  });
});
