/** Hashing beside the transfers: a thread says what hashing in place says, and its failures are those of the write. */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { describe, expect, inject, it } from "vitest";
import { sharedPageMemory } from "../../src/bytes/page-memory.js";
import { MiB } from "../../src/bytes/units.js";
import { startContentHash } from "../../src/write/content-hash.js";
import { startWrittenHasher, threadFrom } from "../../src/threads/hash-written.js";
import { setThreadEntry } from "../../src/threads/thread.js";
import type { WrittenHashTask } from "../../src/threads/written-hash.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "../support/memory-drive.js";
import { bytesExtent, planOf, zerosExtent } from "../support/plans.js";

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

const content = sharedPageMemory(3 * MiB);
content.forEach((_, at) => (content[at] = (at * 7 + (at >>> 11)) & 0xff));

const tasks: { task: WrittenHashTask; expected: Uint8Array }[] = [
  { task: { kind: "content", end: 3 * MiB - 5 }, expected: sha256(content.subarray(0, 3 * MiB - 5)) },
  {
    task: {
      kind: "units",
      units: [
        { start: 0, end: 700, file: 0 },
        { start: 4096, end: 2 * MiB + 1, file: 1 },
        { start: 2 * MiB + 1, end: 3 * MiB, file: -1 },
      ],
    },
    expected: Buffer.concat([
      sha256(content.subarray(0, 700)),
      sha256(content.subarray(4096, 2 * MiB + 1)),
      sha256(content.subarray(2 * MiB + 1)),
    ]),
  },
];

describe.each([
  { where: "on a thread", length: threadFrom },
  { where: "in place", length: 0 },
])("a hasher $where", ({ length }) => {
  it.each(tasks)("takes what its task asks for: $task.kind", async ({ task, expected }) => {
    const hasher = startWrittenHasher(task, length);
    const taken: number[] = [];
    const updates: Promise<void>[] = [];
    for (let offset = 0; offset < content.length; offset += MiB / 2) {
      const part = content.subarray(offset, offset + MiB / 2);
      updates.push(hasher.update(offset, part).then(() => void taken.push(offset)));
    }
    expect(Buffer.from(await hasher.digest()).equals(expected)).toBe(true);
    await Promise.all(updates);
    expect(taken).toEqual([0, 1, 2, 3, 4, 5].map((index) => (index * MiB) / 2));
    await hasher.close();
  });

  it("fails where something is missing", async () => {
    const hasher = startWrittenHasher({ kind: "content", end: 3 * MiB }, length);
    await hasher.update(0, content.subarray(0, MiB));
    await expect(hasher.digest()).rejects.toThrow(`${MiB} bytes of content were hashed, expected ${3 * MiB}`);
    await hasher.close();
  });
});

describe("a hashing thread", () => {
  it("that cannot start fails what is asked of it, now and later", async () => {
    setThreadEntry(pathToFileURL("/nonexistent/entry.js"));
    const hasher = startWrittenHasher({ kind: "content", end: 1 }, threadFrom);
    setThreadEntry(new URL(inject("threadEntry")));
    await expect(hasher.update(0, new Uint8Array(1))).rejects.toThrow("/nonexistent/entry.js");
    await expect(hasher.digest()).rejects.toThrow("/nonexistent/entry.js");
    await hasher.close();
  });

  it("that is closed leaves nobody waiting", async () => {
    const hasher = startWrittenHasher({ kind: "content", end: 3 * MiB }, threadFrom);
    const update = hasher.update(0, content);
    await Promise.all([hasher.close(), expect(update).rejects.toThrow("has ended")]);
  });

  it("hashes a whole write for several targets at once", async () => {
    const size = threadFrom + MiB;
    const bytes = new Uint8Array(MiB).fill(0x5a);
    const plan = planOf(size, [bytesExtent(0, bytes), zerosExtent(MiB, size - MiB)]);
    const drives = [memoryDrive(size), memoryDrive(size + MiB, { path: "larger" })];
    const { done } = await writePlan({
      plan,
      targets: drives,
      verify: true,
      onEvent: () => undefined,
      now: () => 0,
    });
    const expected = sha256(drives[0]!.bytes).toString("hex");
    expect(done.map((each) => [each.sha256, each.verified])).toEqual([
      [expected, true],
      [expected, true],
    ]);
  });
});

function offer(index: number) {
  const block = { offset: index * MiB, length: MiB, firstExtent: 0, partial: false };
  return [block, content.subarray(block.offset, block.offset + MiB)] as const;
}

describe("the hash of a content that several targets give", () => {
  it("takes each block once, from whoever comes first, and goes on when that one is lost", async () => {
    const hash = startContentHash(3 * MiB);
    // The first is lost after two blocks; the second was one behind.
    await hash.offer(...offer(0));
    await hash.offer(...offer(0));
    await hash.offer(...offer(1));
    await hash.offer(...offer(1));
    await hash.offer(...offer(2));
    expect(await hash.digest()).toBe(sha256(content).toString("hex"));
    await hash.close();
  });

  it("fails where nobody gave it all", async () => {
    const hash = startContentHash(3 * MiB);
    await hash.offer(...offer(0));
    await hash.offer(...offer(2));
    await expect(hash.digest()).rejects.toThrow("expected");
    await hash.close();
  });
});
