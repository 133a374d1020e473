/**
 * Drives that stop answering: loop devices over a file whose server is stopped. The kernel waits for it for ever, and so
 * does every thread that waits for the kernel; the program must not.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { usualPatience } from "../../src/progress/patience.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail } from "../support/faulty-file.js";
import { attachLoopDevice } from "../support/loop-device.js";
import { programCommand } from "../support/program.js";
import { parseEvent } from "../support/json-output.js";
import { isUnfinished } from "../support/unfinished.js";

const driveSize = 96 * MiB;

let folder: string;
let iso: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-stalls-"));
  iso = await writeDemoImage(folder, { bootmgr: bootmgrProbe(), payloadSize: 8 * MiB });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Drive = {
  readonly path: string;
  readonly backing: string;
  stop(): void;
  go(): void;
  close(): Promise<void>;
};

/** A used drive of 20 MiB/s. */
async function openDrive(name: string): Promise<Drive> {
  const backing = join(folder, `${name}.img`);
  writeFileSync(backing, Buffer.alloc(driveSize, 0x5a));
  const shown = join(folder, name);
  mkdirSync(shown);
  const command = ["nbdkit", "-s", "--filter=rate", "file", backing, "rate=160M"];
  const server = spawn("nbdfuse", [shown, "--command", ...command], { stdio: "ignore" });
  const path = join(shown, "nbd");
  for (let attempt = 0; attempt < 200 && !existsSync(path); attempt += 1) await delay(50);
  const device = attachLoopDevice(path, { direct: true });
  return {
    path: device.path,
    backing,
    stop: () => void server.kill("SIGSTOP"),
    go: () => void server.kill("SIGCONT"),
    async close() {
      server.kill("SIGCONT");
      // What was still under way ends first.
      await untilGone(device.path);
      device.detach();
      const ended = once(server, "exit");
      await unmount(shown);
      await ended;
    },
  };
}

/** The loop device lets go of the file a moment after it was detached: until then the place is busy. */
async function unmount(place: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const [exitCode] = await once(spawn("fusermount3", ["-u", place], { stdio: "ignore" }), "exit");
    if (exitCode === 0) return;
    await delay(100);
  }
  throw new Error(`${place} stays mounted`);
}

type Event = Record<string, unknown> & { event: string; code?: string; target?: string };
type Ended = { exitCode: number | null; signal: string | null; events: Event[]; err: string; endedAt: number };
type Run = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

function write(targets: readonly Drive[], onEvent: (event: Event, child: ChildProcess) => void): Run {
  const paths = targets.map(({ path }) => path);
  const [node, program] = programCommand;
  const args = [program, "write", iso, ...paths, "--yes", "--allow", "fixed-disk", "--json"];
  const child = spawn(node, args, { stdio: ["ignore", "pipe", "pipe"] });
  const events: Event[] = [];
  let rest = "";
  let err = "";
  child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
  child.stdout.on("data", (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const event = parseEvent<Event>(line);
      events.push(event);
      onEvent(event, child);
    }
  });
  // `close`, not `exit`: whoever reads the output to its end must not wait either.
  const ended = once(child, "close").then(([exitCode, signal]) => {
    return { exitCode, signal, events, err, endedAt: performance.now() };
  });
  return { child, ended };
}

/** Calls `then` once when a target has written a part of it. */
function whenWritten(path: string, part: number, then: () => void): (event: Event) => void {
  let called = false;
  return ({ event, phase, target, bytes, totalBytes }) => {
    if (called || event !== "progress" || phase !== "write" || target !== path) return;
    if (Number(bytes) < part * Number(totalBytes)) return;
    called = true;
    then();
  };
}

/** Processes that work on a device, by their command lines (the one that writes has it as JSON); this one does not. */
function processesOn(path: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      const task = `/proc/${id}/task`;
      if (!existsSync(task)) return false;
      return readdirSync(task).some((thread) => namesDevice(commandOf(`${task}/${thread}`), path));
    });
}

/** A name as a word of its own: /dev/loop1 is not /dev/loop10. */
function namesDevice(command: string, path: string): boolean {
  return [`\0${path}\0`, `"${path}"`].some((word) => command.includes(word));
}

function commandOf(process: string): string {
  try {
    return readFileSync(`${process}/cmdline`, "latin1");
  } catch {
    // It has ended meanwhile.
    return "";
  }
}

async function untilGone(path: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (processesOn(path).length > 0 && performance.now() < deadline) await delay(50);
}

const isBlank = ({ backing }: Drive): boolean => isUnfinished(readFileSync(backing));
const warningsOf = ({ events }: Ended): Event[] => events.filter(({ event }) => event === "warning");

// Waiting is most of it.
describe.skipIf(!canFail()).concurrent("a drive that stops answering", () => {
  it("and goes on after some seconds is told of, and whole", async () => {
    const drive = await openDrive("pausing");
    try {
      const stop = whenWritten(drive.path, 0.3, () => drive.stop());
      const { ended } = write([drive], (event) => {
        stop(event);
        if (event.code === "stalled") setTimeout(() => drive.go(), 2000);
      });
      const result = await ended;
      expect(result.exitCode, result.err).toBe(0);
      const place = { target: drive.path, phase: "write" };
      expect(warningsOf(result)).toMatchObject([
        { code: "stalled", ...place },
        { code: "resumed", ...place },
      ]);
      const [stalled, resumed] = warningsOf(result);
      expect(stalled!["elapsedMs"]).toBeGreaterThanOrEqual(usualPatience.transfer.tellAfterMs);
      expect(Number(resumed!["elapsedMs"])).toBeGreaterThan(Number(stalled!["elapsedMs"]) + 1000);
      expect(result.err).toContain(`${drive.path} answers again after`);
    } finally {
      await drive.close();
    }
  });

  it("is given up in the end, and the other one is finished and verified", async () => {
    const [stuck, sound] = [await openDrive("stuck"), await openDrive("sound")];
    try {
      let stoppedAt = 0;
      const { ended } = write(
        [stuck, sound],
        whenWritten(stuck.path, 0.3, () => {
          stoppedAt = performance.now();
          stuck.stop();
        }),
      );
      const result = await ended;
      const took = result.endedAt - stoppedAt;
      console.log(`a drive that never answers again is given up after ${Math.round(took)} ms`);
      expect(result.exitCode, result.err).toBe(6);
      const [stalled, failed, ...others] = warningsOf(result);
      expect(others).toEqual([]);
      expect(stalled).toMatchObject({ code: "stalled", target: stuck.path });
      expect(failed).toMatchObject({ code: "write-failed", target: stuck.path });
      expect(result.events.at(-1)).toMatchObject({
        event: "done",
        targets: [
          {
            path: stuck.path,
            error: { code: "write-failed", message: expect.stringMatching(/at byte \d+ was given up/) },
          },
          { path: sound.path, verified: true },
        ],
      });
      const limit = usualPatience.transfer.giveUpAfterMs;
      expect(took).toBeGreaterThan(limit - 5000);
      // The program has ended, and what the kernel holds of it is there still.
      expect(processesOn(stuck.path)).toHaveLength(1);
      stuck.go();
      await untilGone(stuck.path);
      expect(processesOn(stuck.path)).toEqual([]);
      expect([isBlank(stuck), isBlank(sound)]).toEqual([true, false]);
    } finally {
      await stuck.close();
      await sound.close();
    }
  });

  it.each([
    ["one Ctrl-C", 1, { exitCode: 130, signal: null }],
    ["a second one", 2, { exitCode: 130, signal: null }],
  ] as const)("is ended by %s, though the kernel does not let go of it", async (_, times, end) => {
    const drive = await openDrive(`interrupted-${times}`);
    try {
      const stop = whenWritten(drive.path, 0.3, () => drive.stop());
      const { child, ended } = write([drive], (event) => {
        stop(event);
        if (event.code === "stalled") child.kill("SIGINT");
      });
      let said = "";
      child.stderr!.on("data", (bytes: Buffer) => {
        const before = said.includes("Ctrl-C again");
        said += bytes.toString();
        if (times === 2 && !before && said.includes("Ctrl-C again")) child.kill("SIGINT");
      });
      const result = await ended;
      expect(result, result.err).toMatchObject(end);
      if (times === 1) expect(result.err.replaceAll(/\s+/g, " ")).toContain("is not bootable");
      expect(processesOn(drive.path)).toHaveLength(1);
      drive.go();
      await untilGone(drive.path);
      expect(isBlank(drive)).toBe(true);
    } finally {
      await drive.close();
    }
  });
});
