/**
 * What every DriveWriter keeps to, as steps that need no test runner: vitest runs them here and in the workflows, and
 * the Windows build of Node runs them under wine. A target is a medium that the test made; nothing else is written.
 */
import assert from "node:assert/strict";
import { pageMemory } from "../../src/bytes/page-memory.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import type { Extent } from "../../src/extents/extent.js";
import { memorySource } from "../../src/source/byte-source.js";
import { writePlan, type WriteResult } from "../../src/write/write-plan.js";
import { isUnfinished } from "../support/unfinished.js";

export type ContractTarget = {
  /** Bytes; at least `leastSize`. */
  readonly size: number;
  /** Every byte of the medium, before anything is written. */
  readonly before: number;
  open(): Promise<DriveWriter>;
  /** What the medium holds once it is closed, as somebody else reads it; null where there is none (yet). */
  contents(): Promise<Uint8Array | null>;
  /** Another medium takes its place; undefined where that cannot be done. */
  readonly swap?: () => Promise<void>;
  dispose(): Promise<void>;
};

export const leastSize = 24 * MiB;

export type ContractCase = {
  readonly name: string;
  /** The only kind of writer that it is about; default: every kind. */
  readonly of?: DriveWriter["kind"];
  /** Asks the system for a second handle while one is open. */
  readonly opensTwice?: boolean;
  /** Needs a medium that can be swapped. */
  readonly swaps?: boolean;
  run(target: ContractTarget): Promise<void>;
};

/** Page-aligned memory with a pattern of its own. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = pageMemory(length);
  const period = Math.min(length, 64 * KiB);
  for (let index = 0; index < period; index += 1) bytes[index] = (index * 31 + seed + (index >> 8)) & 0xff;
  for (let done = period; done < length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}

function sameBytes(found: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(found.length, expected.length, `${what}: length`);
  if (Buffer.compare(found, expected) === 0) return;
  const at = found.findIndex((byte, index) => byte !== expected[index]);
  assert.fail(`${what}: byte ${at} is ${found[at]}, expected ${expected[at]}`);
}

/** Closes what a case opened, whatever came of it. */
async function withOpen(target: ContractTarget, step: (writer: DriveWriter) => Promise<void>): Promise<void> {
  const writer = await target.open();
  try {
    await step(writer);
  } finally {
    await writer.abort();
  }
}

function rejectsWith(promise: Promise<unknown>, code: string): Promise<void> {
  return assert.rejects(promise, (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.stack ?? error.message);
    return true;
  });
}

/** Passes everything on, and fails on a transfer that is not whole units in aligned memory. */
function strict(writer: DriveWriter): DriveWriter {
  const { alignment, size } = writer;
  const check = (offset: number, { length, byteOffset }: Uint8Array): void => {
    const endsHere = writer.kind === "image-file" && offset + length === size;
    const isWhole = offset % alignment === 0 && (length % alignment === 0 || endsHere) && byteOffset % alignment === 0;
    assert.ok(isWhole && offset + length <= size, `${length} bytes from memory at ${byteOffset}, at byte ${offset}`);
  };
  return {
    ...writer,
    write(offset, bytes) {
      check(offset, bytes);
      return writer.write(offset, bytes);
    },
    read(offset, bytes) {
      check(offset, bytes);
      return writer.read(offset, bytes);
    },
  };
}

const planned = 20 * MiB;

/** Odd edges, zeros, a range of another source, and a gap at the end. */
function contractPlan(diskSize: number): { plan: DiskPlan; content: Uint8Array } {
  const content = pattern(planned, 7);
  content.fill(0, 512, 64 * KiB);
  const at = 64 * KiB;
  const source = memorySource(content);
  const extents: Extent[] = [
    { offset: 0, length: 512, source: { kind: "bytes", bytes: content.slice(0, 512) } },
    { offset: 512, length: at - 512, source: { kind: "zeros" } },
    { offset: at, length: 1000, source: { kind: "bytes", bytes: content.slice(at, at + 1000) } },
    { offset: at + 1000, length: planned - at - 1000, source: { kind: "range", source, offset: at + 1000 } },
  ];
  const plan: DiskPlan = {
    diskSize,
    fileSystem: "fat32",
    label: "TEST",
    clusterSize: 4 * KiB,
    extents,
    contentEnd: planned,
    files: [],
  };
  return { plan, content };
}

function write(writer: DriveWriter, plan: DiskPlan, signal?: AbortController): Promise<WriteResult> {
  return writePlan({
    plan,
    targets: [strict(writer)],
    verify: true,
    onEvent(event) {
      if (event.event === "phase" && event.phase === "verify") signal?.abort();
    },
    now: () => performance.now(),
    ...(signal === undefined ? {} : { signal: signal.signal }),
  });
}

export const contractCases: readonly ContractCase[] = [
  {
    name: "says what it is",
    run: (target) =>
      withOpen(target, async (writer) => {
        assert.equal(writer.size, target.size);
        assert.equal(Math.log2(writer.alignment) % 1, 0);
        assert.ok(writer.alignment >= 512 && writer.alignment <= 64 * KiB);
        assert.equal(writer.skipsZeros, writer.kind === "image-file");
      }),
  },
  {
    name: "keeps what is written, first and last unit included, and nothing else changes",
    async run(target) {
      const writer = await target.open();
      const { alignment } = writer;
      const parts = [0, 1 * MiB, target.size - alignment].map((offset, index) => ({
        offset,
        bytes: pattern(offset === 1 * MiB ? 4 * MiB : alignment, index + 1),
      }));
      for (const { offset, bytes } of parts) await writer.write(offset, bytes);
      await writer.flush();
      assert.equal(typeof (await writer.beginReadBack()).fromMedium, "boolean");
      for (const { offset, bytes } of parts) {
        const found = pageMemory(bytes.length);
        await writer.read(offset, found);
        sameBytes(found, bytes, `read back at byte ${offset}`);
      }
      await writer.commit();
      const expected = new Uint8Array(target.size).fill(target.before);
      for (const { offset, bytes } of parts) expected.set(bytes, offset);
      sameBytes((await target.contents())!, expected, "the medium");
    },
  },
  {
    name: "takes several transfers at the same time",
    run: (target) =>
      withOpen(target, async (writer) => {
        const parts = Array.from({ length: 8 }, (_, index) => ({
          offset: index * 2 * MiB,
          bytes: pattern(1 * MiB, index),
        }));
        await Promise.all(parts.map(({ offset, bytes }) => writer.write(offset, bytes)));
        const found = parts.map(({ bytes }) => pageMemory(bytes.length));
        await Promise.all(parts.map(({ offset }, index) => writer.read(offset, found[index]!)));
        for (const [index, { bytes }] of parts.entries()) sameBytes(found[index]!, bytes, `part ${index}`);
      }),
  },
  {
    name: "leaves the medium as it was when it is given up before a write",
    async run(target) {
      const writer = await target.open();
      await writer.abort();
      const found = await target.contents();
      if (writer.kind === "image-file") assert.equal(found, null);
      else sameBytes(found!, new Uint8Array(target.size).fill(target.before), "the medium");
    },
  },
  {
    name: "fails where a drive ends",
    of: "drive",
    run: (target) =>
      withOpen(target, async (writer) => {
        await rejectsWith(writer.write(target.size, pattern(writer.alignment, 1)), "write-failed");
        await rejectsWith(writer.read(target.size, pageMemory(writer.alignment)), "write-failed");
      }),
  },
  {
    name: "is open for one client at a time",
    of: "drive",
    opensTwice: true,
    run: (target) => withOpen(target, () => rejectsWith(target.open(), "target-in-use")),
  },
  {
    name: "gets the bytes of a plan, in whole units",
    async run(target) {
      const { plan, content } = contractPlan(target.size);
      const { done } = await write(await target.open(), plan);
      assert.equal(done[0]?.verified, true);
      const found = (await target.contents())!;
      sameBytes(found.subarray(0, planned), content, "the content");
      // What no extent covers is left alone.
      const rest = found.subarray(planned);
      sameBytes(rest, new Uint8Array(rest.length).fill(target.before), "the rest");
    },
  },
  {
    name: "has the mark of an unfinished write in its first sector when the write was interrupted",
    async run(target) {
      const writer = await target.open();
      const { plan, content } = contractPlan(target.size);
      await rejectsWith(write(writer, plan, new AbortController()), "interrupted");
      const found = await target.contents();
      if (writer.kind === "image-file") return assert.equal(found, null);
      assert.ok(isUnfinished(found!.subarray(0, 512)));
      sameBytes(found!.subarray(1 * MiB, planned), content.subarray(1 * MiB), "what was written before");
    },
  },
  {
    name: "refuses a plan that is larger, and stays as it was",
    async run(target) {
      const writer = await target.open();
      await rejectsWith(write(writer, contractPlan(target.size + 64 * KiB).plan), "too-small");
      const found = await target.contents();
      if (writer.kind === "image-file") assert.equal(found, null);
      else sameBytes(found!, new Uint8Array(target.size).fill(target.before), "the medium");
    },
  },
  {
    name: "is not opened when another medium took its place",
    of: "drive",
    swaps: true,
    async run(target) {
      await target.swap!();
      await rejectsWith(target.open(), "target-changed");
    },
  },
];
