/**
 * A drive with a disc in it: nbdkit serves a file and writes down every read in its order, nbdfuse shows that as a file, and
 * a loop device over it is the drive. What lies behind the volume cannot be read, as run-out blocks of a disc. Root only.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { attachLoopDevice, canAttachLoopDevices } from "./loop-device.js";
import type { DiscRead } from "./disc-travel.js";
import { scratchMap } from "./guest-media.js";
import { judge } from "./judges.js";

export type LoggedDisc = {
  readonly path: string;
  /** Everything that was read since it was opened, in the drive's order. */
  reads(): DiscRead[];
  /** Until `resume` no read gets an answer. */
  stall(): void;
  resume(): void;
  close(): Promise<void>;
};

const appearsWithinMs = 30_000;

/** Whether there are tools and rights for it. */
export const canLogDiscs = (): boolean =>
  canAttachLoopDevices() && ["nbdkit", "nbdfuse", "fusermount3"].map(judge).every(Boolean);

/** The drive says that the disc is `runOut` bytes longer than `file`, which is left as it is. */
export async function openLoggedDisc(file: string, runOut: number): Promise<LoggedDisc> {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-disc-"));
  const [medium, map, log, shown] = ["medium", "map", "log", "shown"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  const { size } = statSync(file);
  mkdirSync(shown);
  execFileSync("cp", ["--reflink=auto", "--sparse=always", file, medium]);
  truncateSync(medium, size + runOut);
  writeFileSync(map, scratchMap(size, [], runOut));
  const filters = ["--filter=log", "--filter=ddrescue", "file", medium, `ddrescue-mapfile=${map}`, `logfile=${log}`];
  const server = spawn("nbdfuse", ["--readonly", shown, "--command", "nbdkit", "-s", "-r", ...filters], {
    stdio: "ignore",
  });
  const ended = once(server, "exit");
  const path = join(shown, "nbd");
  const until = performance.now() + appearsWithinMs;
  while (!existsSync(path)) {
    if (server.exitCode !== null) throw new Error(`nbdfuse ended with ${server.exitCode}`);
    if (performance.now() > until) throw new Error(`nbdfuse did not show ${path}`);
    await delay(20);
  }
  const loop = attachLoopDevice(path, { readOnly: true, direct: true });
  // As the kernel has it of an optical drive: of a loop device over FUSE it is megabytes, which come in any order.
  writeFileSync(join("/sys/block", basename(loop.path), "queue/read_ahead_kb"), "128");
  return {
    path: loop.path,
    reads() {
      const lines = readFileSync(log, "latin1").matchAll(/ Read id=\d+ offset=(0x[0-9a-f]+) count=(0x[0-9a-f]+)/g);
      return [...lines].map(([, offset, length]) => ({ offset: Number(offset), length: Number(length) }));
    },
    stall: () => void server.kill("SIGSTOP"),
    resume: () => void server.kill("SIGCONT"),
    async close() {
      loop.detach();
      execFileSync("fusermount3", ["-u", shown]);
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
