/** Whatever goes wrong at whatever moment: a typed error, and never a target that looks finished. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { Win7UsbError } from "../../src/errors.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { memorySource, type ByteSource } from "../../src/source/byte-source.js";
import type { WriteEvent } from "../../src/progress/events.js";
import { writePlan, type WritePlanOptions } from "../../src/write/write-plan.js";
import { memoryDrive, writeFailed, type MemoryDrive, type MemoryDriveOptions } from "../support/memory-drive.js";
import { bytesExtent, planOf, zerosExtent } from "../support/plans.js";

const size = 20 * MiB;
const bootSector = new Uint8Array(512).fill(0x55);
const imageBytes = Buffer.alloc(
  size,
  Uint8Array.from({ length: 241 }, (_, at) => at + 1),
);

function plan(source: ByteSource = memorySource(imageBytes)): DiskPlan {
  const extents = [
    bytesExtent(0, bootSector),
    zerosExtent(512, 4096 - 512),
    { offset: 4096, length: size - 4096, source: { kind: "range" as const, source, offset: 4096 } },
  ];
  const files = [
    { path: "bootmgr", size: 8192, runs: [{ offset: 8192, length: 8192 }] },
    { path: "sources/boot.wim", size: 10 * MiB, runs: [{ offset: 6 * MiB, length: 10 * MiB }] },
  ];
  return planOf(size, extents, { files });
}

async function failureOf(targets: MemoryDrive[], more: Partial<WritePlanOptions> = {}): Promise<Win7UsbError> {
  try {
    await writePlan({ plan: plan(), targets, verify: true, onEvent: () => undefined, now: () => 0, ...more });
  } catch (error) {
    if (error instanceof Win7UsbError) return error;
    throw error;
  }
  throw new Error("the write succeeded");
}

const looksFinished = (drive: MemoryDrive): boolean => drive.state === "committed" || drive.bytes[511] === 0x55;

/** Fails the operation of `kind` with this index among those of its kind. */
function failing(kind: string, at: number, options: MemoryDriveOptions = {}): MemoryDriveOptions {
  return {
    ...options,
    onOperation: (operation, index) => {
      const offset = "offset" in operation ? operation.offset : 0;
      if (operation.kind === kind && index === at) throw writeFailed(options.path ?? "memory", offset);
    },
  };
}

describe("a target that fails", () => {
  // Writes: blank, five blocks, boot sector. Reads: five blocks, boot sector. Flushes: blank, data, boot sector.
  const cases = [
    ...[0, 1, 2, 3, 4, 5, 6].map((at) => ({ kind: "write", at })),
    ...[0, 1, 2, 3, 4, 5].map((at) => ({ kind: "read", at })),
    ...[0, 1, 2].map((at) => ({ kind: "flush", at })),
    { kind: "beginReadBack", at: 0 },
    { kind: "commit", at: 0 },
  ];

  it.each(cases)("at $kind $at does not look finished", async ({ kind, at }) => {
    const drive = memoryDrive(size, failing(kind, at));
    const error = await failureOf([drive]);
    expect(error.code).toBe("write-failed");
    expect(error.exitCode).toBe(6);
    expect(drive.state).toBe("aborted");
    // At the very first write nothing was blanked yet, but the new sector is not there either.
    expect(looksFinished(drive)).toBe(false);
  });

  it("and does not even let its boot sector be blanked again says so", async () => {
    const drive = memoryDrive(size, {
      onOperation: (operation, index) => {
        if (operation.kind === "write" && index >= 7) throw writeFailed("memory", 0);
        if (operation.kind === "flush" && index === 2) throw writeFailed("memory", 0);
      },
    });
    const error = await failureOf([drive]);
    expect(error.data["blanking"]).toContain("EIO");
    expect(drive.state).toBe("aborted");
  });

  it("does not stop the others", async () => {
    const events: WriteEvent[] = [];
    const good = memoryDrive(size, { path: "good" });
    const drives = [
      memoryDrive(size, failing("write", 2, { path: "bad" })),
      good,
      memoryDrive(size, failing("read", 1, { path: "worse" })),
    ];
    const result = await writePlan({
      plan: plan(),
      targets: drives,
      verify: true,
      onEvent: (event) => void events.push(event),
      now: () => 0,
    });
    expect(result.done.map(({ path }) => path)).toEqual(["good"]);
    expect(result.failed.map(({ path, error }) => [path, error.code])).toEqual([
      ["bad", "write-failed"],
      ["worse", "write-failed"],
    ]);
    expect(drives.map(({ state }) => state)).toEqual(["aborted", "committed", "aborted"]);
    const warned = events.flatMap((event) => (event.event === "warning" ? [event.target] : []));
    expect(warned).toEqual(["bad", "worse"]);
    expect(events.at(-1)).toMatchObject({
      event: "done",
      targets: [{ path: "bad" }, { path: "good" }, { path: "worse" }],
    });
    expect(Buffer.compare(good.bytes.subarray(4096), imageBytes.subarray(4096))).toBe(0);
  });

  it("at its last sector, and is tried again to be blanked, is told of before the end", async () => {
    const events: WriteEvent[] = [];
    const failure = new Win7UsbError("write-failed", "a weak cell", { data: { cause: "EIO" } });
    // The sector that boots is the seventh write: it and all that follow fail.
    const bad = memoryDrive(size, {
      path: "bad",
      onOperation: ({ kind }, index) => {
        if (kind === "write" && index >= 6) throw failure;
      },
    });
    const onEvent = (event: WriteEvent): void => void events.push(event);
    const targets = [memoryDrive(size, { path: "good" }), bad];
    const { failed } = await writePlan({ plan: plan(), targets, verify: true, onEvent, now: () => 0 });
    expect(failed.map(({ path, error }) => [path, error.data["blanking"]])).toEqual([["bad", expect.any(String)]]);
    expect(events.filter((event) => event.event === "warning" && event.code === "retried")).toHaveLength(4);
    expect(events.findIndex(({ event }) => event === "done")).toBe(events.length - 1);
  });

  it("when all fail, the first failure is thrown", async () => {
    const drives = [memoryDrive(size, failing("write", 3)), memoryDrive(size, failing("write", 1, { path: "other" }))];
    expect((await failureOf(drives)).code).toBe("write-failed");
    expect(drives.map(({ state }) => state)).toEqual(["aborted", "aborted"]);
  });

  it("because it is too small is refused before the first byte", async () => {
    const small = memoryDrive(size - 512);
    const error = await failureOf([memoryDrive(size, { path: "large" }), small]);
    expect([error.code, error.data]).toEqual(["too-small", { target: "memory", size: size - 512, needed: size }]);
    expect(small.log).toEqual([{ kind: "abort" }]);
  });
});

/** A medium that keeps one bit of the byte at `at` wrong. */
const flip = (at: number) => (offset: number, bytes: Uint8Array) => {
  if (at < offset || at >= offset + bytes.length) return bytes;
  const kept = new Uint8Array(bytes);
  kept[at - offset]! ^= 0x10;
  return kept;
};

describe("a target that lies", () => {
  it.each([
    { name: "in a file", at: 9 * MiB + 123, path: "sources/boot.wim" },
    { name: "in the first byte of a file", at: 8192, path: "bootmgr" },
    { name: "in no file", at: 5000, path: null },
    { name: "in the last byte", at: size - 1, path: null },
  ])("$name is found out, and where", async ({ at, path }) => {
    const drive = memoryDrive(size, { keep: flip(at) });
    const error = await failureOf([drive]);
    expect([error.code, error.exitCode]).toEqual(["verify-failed", 7]);
    expect(error.data).toEqual({ target: "memory", path, offset: at, length: 1 });
    expect(looksFinished(drive)).toBe(false);
  });

  it("in the boot sector is found out", async () => {
    const drive = memoryDrive(size, { keep: flip(100) });
    const error = await failureOf([drive], { verify: false });
    expect([error.code, error.data["offset"]]).toEqual(["verify-failed", 0]);
    expect(drive.state).toBe("aborted");
  });

  it("by keeping only its first half, as fake flash does, is found out", async () => {
    const half = size / 2;
    const fake = memoryDrive(size, {
      keep: (offset, bytes) => (offset >= half ? new Uint8Array(bytes.length).fill(0xff) : bytes),
    });
    const error = await failureOf([fake]);
    expect(error.code).toBe("verify-failed");
    expect(error.data["path"]).toBe("sources/boot.wim");
    expect(looksFinished(fake)).toBe(false);
  });
});

describe("an image that cannot be read", () => {
  it.each([4096, 5 * MiB, 19 * MiB])("from byte %i on ends the write with its own error", async (from) => {
    const source = memorySource(imageBytes);
    const broken: ByteSource = {
      ...source,
      readInto(offset, target) {
        if (offset + target.length > from) {
          return Promise.reject(new Win7UsbError("image-unreadable", `reading at byte ${from} failed`));
        }
        return source.readInto(offset, target);
      },
    };
    const drives = [memoryDrive(size), memoryDrive(size, { path: "other" })];
    const error = await failureOf(drives, { plan: plan(broken) });
    expect([error.code, error.exitCode]).toEqual(["image-unreadable", 3]);
    for (const drive of drives) {
      expect(drive.state).toBe("aborted");
      expect(looksFinished(drive)).toBe(false);
    }
  });
});

describe("an interruption", () => {
  it.each([true, false])("does not wait for an image that does not answer, read back or not: %s", async (verify) => {
    const controller = new AbortController();
    const source = memorySource(imageBytes);
    const hanging: ByteSource = {
      ...source,
      readInto(offset, target) {
        if (offset + target.length <= 9 * MiB) return source.readInto(offset, target);
        setImmediate(() => controller.abort());
        return new Promise(() => undefined);
      },
    };
    const drives = [memoryDrive(size), memoryDrive(size, { path: "other" })];
    const error = await failureOf(drives, { plan: plan(hanging), signal: controller.signal, verify });
    expect(error.code).toBe("interrupted");
    expect(drives.map(({ state }) => state)).toEqual(["aborted", "aborted"]);
    expect(drives.some(looksFinished)).toBe(false);
  });

  it.each([
    { name: "before anything", kind: "", at: 0, untouched: true },
    { name: "in the write pass", kind: "write", at: 3, untouched: false },
    { name: "while flushing", kind: "flush", at: 1, untouched: false },
    { name: "while reading back", kind: "read", at: 2, untouched: false },
  ])("$name leaves a target that does not boot", async ({ kind, at, untouched }) => {
    const controller = new AbortController();
    if (kind === "") controller.abort();
    const drive = memoryDrive(size, {
      onOperation: (operation, index) => {
        if (operation.kind === kind && index === at) controller.abort();
      },
    });
    const error = await failureOf([drive], { signal: controller.signal });
    expect([error.code, error.exitCode]).toEqual(["interrupted", 130]);
    expect(drive.state).toBe("aborted");
    expect(looksFinished(drive)).toBe(false);
    expect(drive.log.some((operation) => operation.kind === "write")).toBe(!untouched);
  });
});
