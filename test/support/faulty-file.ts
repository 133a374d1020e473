/**
 * A file that fails when it is told to: nbdkit serves it with a script for each operation, nbdfuse shows it as a file
 * again, and a loop device over that is a drive with a fault of our choice. Root only; whoever opens one closes it.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { canAttachLoopDevices } from "./loop-device.js";
import { judge } from "./judges.js";

export type Operation = "read" | "write" | "flush";

/** Counted from 1 since `arm`, in operations of at most 1 MiB as the kernel cuts them. */
export type Fault = {
  readonly operation: Operation;
  readonly from: number;
  /** The last that is hit; default: all that come. */
  readonly last?: number;
  /** Every so many; default: each. */
  readonly every?: number;
  /** `corrupt` changes a byte of what was written and says nothing; the others are errors. */
  readonly kind?: "EIO" | "ENOSPC" | "corrupt";
};

/** Place of the byte in an operation that `corrupt` changes, and what it becomes. */
export const corruptedByte = 77;
export const corruptedValue = 0xa7;

export type FaultyFile = {
  /** The file as it is shown: reads and writes go through the faults. */
  readonly path: string;
  /** From now on; without a fault everything succeeds. */
  arm(fault?: Fault): void;
  /** Operations since then, hit or not. */
  count(operation: Operation): number;
  close(): Promise<void>;
};

/** Whether there are tools and rights for it. */
export const canFail = (): boolean =>
  canAttachLoopDevices() && [judge("nbdkit"), judge("nbdfuse"), judge("fusermount3")].every(Boolean);

/** Sourced by each operation's script: counts, and exits or returns 0 where the fault hits. */
const common = `
hits() {
  n=$(($(cat "$state/$1") + 1))
  echo $n >"$state/$1"
  . "$state/fault"
  [ "$operation" = "$1" ] && [ $n -ge $from ] && [ $n -le $last ] && [ $(((n - from) % every)) = 0 ]
}
fail() {
  if [ "$kind" != corrupt ]; then
    echo "$kind a fault of the test's" >&2
    exit 1
  fi
}
`;

/** A drive that keeps less than it says: what lies behind `capacity` goes nowhere, or to the beginning again. */
export type FakeSize = { readonly capacity: number; readonly kind: "limbo" | "wraparound" };

/** Shows `backing` at `folder`/shown/nbd, with its state in `folder`. */
export async function openFaultyFile(backing: string, folder: string, fake?: FakeSize): Promise<FaultyFile> {
  const shown = join(folder, "shown");
  const state = join(folder, "state");
  for (const each of [shown, state]) mkdirSync(each, { recursive: true });
  writeFileSync(join(state, "common.sh"), common);
  arm();
  const start = `state='${state}'; file='${backing}'; . "$state/common.sh"; at=$4; ${fake === undefined ? "" : fakeScript(fake)}`;
  const byte = `\\${corruptedValue.toString(8)}`;
  const methods = {
    open: "",
    thread_model: "echo serialize_requests",
    get_size: `echo ${statSync(backing).size}`,
    can_write: "exit 0",
    can_flush: "exit 0",
    pread: `${start} hits read && fail; exec dd if="$file" bs=1M skip=$at count=$3 iflag=count_bytes,skip_bytes status=none`,
    pwrite: `${start} hit=; hits write && fail && hit=1; dd of="$file" bs=1M seek=$at oflag=seek_bytes conv=notrunc status=none || exit 1
      [ -z "$hit" ] || printf '${byte}' | dd of="$file" bs=1 seek=$((at + ${corruptedByte})) conv=notrunc status=none`,
    flush: `${start} hits flush && fail; exit 0`,
  };
  const options = Object.entries(methods).map(([name, script]) => `${name}=${script}`);
  const server = spawn("nbdfuse", [shown, "--command", "nbdkit", "-s", "eval", ...options], { stdio: "ignore" });
  const path = join(shown, "nbd");
  await appear(path, server);
  return {
    path,
    arm,
    count: (operation) => Number(readFileSync(join(state, operation), "utf8")),
    async close() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      execFileSync("fusermount3", ["-u", shown]);
      await ended;
    },
  };

  function arm(fault?: Fault): void {
    const { operation = "none", from = 1, last = 2 ** 31, every = 1, kind = "EIO" } = fault ?? {};
    for (const each of ["read", "write", "flush"]) writeFileSync(join(state, each), "0\n");
    const values = { operation, from, last, every, kind };
    writeFileSync(
      join(state, "fault"),
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    );
  }
}

/** Where `at` really is. The backing file is large enough for either: nobody reads what limbo puts aside there. */
function fakeScript({ capacity, kind }: FakeSize): string {
  if (kind === "wraparound") return `at=$((at % ${capacity}));`;
  // Read back as zeros, wherever it went.
  return `if [ $at -ge ${capacity} ]; then file=/dev/zero; fi;`;
}

async function appear(path: string, server: ChildProcess): Promise<void> {
  const attempts = 100;
  for (let attempt = 0; attempt < attempts && !existsSync(path); attempt += 1) {
    if (server.exitCode !== null) throw new Error(`nbdfuse ended with ${server.exitCode}`);
    await delay(50);
  }
  if (!existsSync(path)) throw new Error(`nbdfuse did not show ${path}`);
}
