/**
 * A file that fails when it is told to: a thread serves memory as a network block device, nbdfuse shows that as a file, and
 * a loop device over it is a drive with a fault of our choice. Root only; whoever opens one closes it.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { canAttachLoopDevices } from "./loop-device.js";
import { judge } from "./judges.js";
import {
  anyOperation,
  chunkSize,
  controlSize,
  hitMark,
  kinds,
  operations,
  sectorSize,
  words,
  writtenAt,
  type ServerData,
} from "./nbd-control.js";

const appearsWithinMs = 10_000;
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export type Operation = "read" | "write" | "flush";

/** Counted from 1 since `arm`, in operations of at most 1 MiB as the kernel cuts them. */
export type Fault = {
  readonly operation: Operation | "any";
  readonly from: number;
  /** The last that is hit; default: all that come. */
  readonly last?: number;
  /** Every so many; default: each. */
  readonly every?: number;
  /** `corrupt` changes a byte of what was written and says nothing; the others are errors. */
  readonly kind?: "EIO" | "ENOSPC" | "corrupt";
};

export type FaultyFile = {
  /** The file as it is shown: reads and writes go through the faults. */
  readonly path: string;
  /** What it holds, past all faults. */
  readonly bytes: Buffer;
  /** From now on; without a fault everything succeeds. Every operation takes `delayMs` longer. */
  arm(fault?: Fault, delayMs?: number): void;
  /** From now on these sectors of 2048 bytes, and no others, cannot be read. */
  scratch(sectors: Iterable<number>): void;
  /** Until `resume` no operation gets an answer. */
  stall(): void;
  resume(): void;
  /** Operations since then, hit or not. */
  count(operation: Operation): number;
  /** The same in their order. */
  log(): { readonly operation: Operation; readonly hit: boolean }[];
  /** It holds again what it held at first. */
  restore(): void;
  /** Whether it holds what `other` does. What neither was written to since the last `restore` is not looked at. */
  holds(other: Kept): boolean;
  /** What it holds now, of what was written. */
  keep(): Kept;
  close(): Promise<void>;
};

/** What was written of a file, by its offset. */
export type Kept = ReadonlyMap<number, Uint8Array>;

/** Whether there are tools and rights for it. */
export const canFail = (): boolean => canAttachLoopDevices() && [judge("nbdfuse"), judge("fusermount3")].every(Boolean);

/** A drive that keeps less than it says: what lies behind `capacity` goes nowhere, or to the beginning again. */
export type FakeSize = NonNullable<ServerData["fake"]>;

/**
 * Shows a file with `content`, or `size` zeros, at `folder`/shown/nbd.
 */
export async function openFaultyFile(
  content: Uint8Array | number,
  folder: string,
  fake?: FakeSize,
): Promise<FaultyFile> {
  const shown = join(folder, "shown");
  mkdirSync(shown, { recursive: true });
  const size = typeof content === "number" ? content : content.length;
  const data: ServerData = {
    socket: join(folder, "socket"),
    medium: new SharedArrayBuffer(size),
    control: new SharedArrayBuffer(controlSize(size)),
    scratches: new SharedArrayBuffer(Math.ceil(size / sectorSize)),
    ...(fake === undefined ? {} : { fake }),
  };
  const bytes = Buffer.from(data.medium);
  const scratched = new Uint8Array(data.scratches);
  if (typeof content !== "number") bytes.set(content);
  const thread = new Worker(compiledServer(folder), { workerData: data });
  await once(thread, "message");
  const server = spawn("nbdfuse", [shown, "--unix", data.socket], { stdio: "ignore" });
  const path = join(shown, "nbd");
  await appear(path, server);
  const word = new Int32Array(data.control, 0, writtenAt / 4);
  const written = new Uint8Array(data.control, writtenAt);
  const offsets = (): number[] =>
    [...written.keys()].filter((index) => written[index] === 1).map((at) => at * chunkSize);
  const chunk = (from: Uint8Array | number, offset: number): Uint8Array =>
    typeof from === "number" ? zeros : from.subarray(offset, offset + chunkSize);
  const file: FaultyFile = {
    path,
    bytes,
    arm({ operation, from = 1, last = largestWord, every = 1, kind = "EIO" }: Partial<Fault> = {}, delayMs = 0) {
      word.fill(0);
      word[words.operation] = numberOf(operation);
      word[words.from] = from;
      word[words.last] = last;
      word[words.every] = every;
      word[words.kind] = kinds.indexOf(kind);
      word[words.delayMs] = delayMs;
    },
    scratch(sectors) {
      scratched.fill(0);
      for (const sector of sectors) scratched[sector] = 1;
    },
    stall: () => void server.kill("SIGSTOP"),
    resume: () => void server.kill("SIGCONT"),
    count: (operation) => word[words.counts + operations.indexOf(operation)]!,
    log() {
      const entries = word.subarray(words.log, words.log + word[words.logLength]!);
      return Array.from(entries, (entry) => ({
        operation: operations[entry & ~hitMark]!,
        hit: (entry & hitMark) !== 0,
      }));
    },
    restore() {
      for (const offset of offsets()) bytes.set(chunk(content, offset).subarray(0, size - offset), offset);
      written.fill(0);
    },
    keep: () => new Map(offsets().map((offset) => [offset, new Uint8Array(chunk(bytes, offset))])),
    holds(other) {
      for (const offset of new Set([...other.keys(), ...offsets()])) {
        const expected = other.get(offset) ?? chunk(content, offset).subarray(0, size - offset);
        if (Buffer.compare(chunk(bytes, offset), expected) !== 0) return false;
      }
      return true;
    },
    async close() {
      const ended = once(server, "exit");
      execFileSync("fusermount3", ["-u", shown]);
      await ended;
      await thread.terminate();
    },
  };
  file.arm();
  return file;
}

function numberOf(operation: Fault["operation"] | undefined): number {
  if (operation === undefined) return -1;
  return operation === "any" ? anyOperation : operations.indexOf(operation);
}

const zeros = new Uint8Array(chunkSize);
const largestWord = 2 ** 31 - 1;

/** Threads cannot run TypeScript. */
function compiledServer(folder: string): string {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const language = ["--target", "es2023", "--lib", "es2023", "--types", "node", "--strict", "--skipLibCheck"];
  const output = ["--module", "nodenext", "--rootDir", join(root, "test", "support"), "--outDir", folder];
  const entry = join(root, "test", "support", "nbd-server-thread.ts");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  execFileSync(process.execPath, [compiler, "--ignoreConfig", ...language, ...output, entry], {
    cwd: root,
    stdio: "pipe",
  });
  return join(folder, "nbd-server-thread.js");
}

async function appear(path: string, server: ChildProcess): Promise<void> {
  const until = performance.now() + appearsWithinMs;
  while (!existsSync(path)) {
    if (server.exitCode !== null) throw new Error(`nbdfuse ended with ${server.exitCode}`);
    if (performance.now() > until) throw new Error(`nbdfuse did not show ${path}`);
    await delay(20);
  }
}
