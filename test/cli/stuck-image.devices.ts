/** An image on a drive that does not answer any more: every command ends when it is asked to, and says so. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail, openFaultyFile, type FaultyFile } from "../support/faulty-file.js";
import { attachLoopDevice, type LoopDevice } from "../support/loop-device.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { programCommand, runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

/** Broken lines in one. */
const unwrapped = (text: string): string => text.replaceAll(/\n {2}(?=\S)/g, " ");

/** Milliseconds after which a program that has not ended is ended by force, which fails its test. */
const patienceMs = 30_000;

describe.skipIf(!canFail())("an image that does not answer", () => {
  let folder: string;
  let stuck: FaultyFile;
  let drive: LoopDevice;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "win7usb-stuck-"));
    const iso = await writeDemoImage(folder);
    expect(runProgram(["write", iso, "usb.img"], folder).exitCode).toBe(0);
    const padded = Buffer.concat([readFileSync(iso), Buffer.alloc(24 * MiB)]);
    stuck = await openFaultyFile(padded, join(folder, "faulty"));
    drive = attachLoopDevice(stuck.path, { direct: true });
  });
  // Slow enough to be stopped while it is read.
  beforeEach(() => stuck.arm(undefined, 30));
  afterAll(async () => {
    stuck.resume();
    drive.detach();
    await stuck.close();
    rmSync(folder, { recursive: true });
  });

  /** Whether a thread of the program, or of the process that it has started, waits for an answer of FUSE. */
  function waits(pid: number): boolean {
    const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
    return [pid, ...stdout.trim().split(/\s+/)].some((process) => {
      const { stdout: places } = spawnSync("sh", ["-c", `cat /proc/${process}/task/*/wchan`], { encoding: "utf8" });
      return /fuse|request_wait_answer|folio_wait|wait_on_page|io_schedule|blkdev/.test(places);
    });
  }

  /** Begins the program; what it has said so far is in `text`. */
  function begin(words: readonly string[]) {
    const [node, script] = programCommand;
    const child = spawn(node, [script, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const text = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text.out += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (text.err += part));
    return { child, text, closed: once(child, "close") };
  }

  /** Runs the program until it has said `text` and waits for the image, and then sends `signal`. */
  async function signalled(words: readonly string[], signal: NodeJS.Signals, text: RegExp) {
    if (text.test("")) stuck.stall();
    const { child, text: said } = begin(words);
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once("exit", (exitCode, by) => resolve([exitCode, by]));
    });
    while (!text.test(said.err) && child.exitCode === null) await delay(20);
    stuck.stall();
    while (!waits(child.pid!) && child.exitCode === null && child.signalCode === null) await delay(20);
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    const [exitCode, by] = await ended;
    clearTimeout(timer);

    await delay(50);
    stuck.resume();
    // What a read holds, the system ends as Ctrl-C does, and a shell calls both 130.
    return { exitCode: by === "SIGINT" ? 130 : exitCode, by, ...said };
  }

  it("is told of after some seconds, and so is its answer, by every command that reads it", async () => {
    const running = begin(["verify", stuck.path]);
    while (!running.text.err.includes("hashing")) await delay(20);
    stuck.stall();
    const others = [
      ["inspect", stuck.path],
      ["check", "usb.img", "--iso", stuck.path],
      ["write", stuck.path, "told.img", "--json"],
    ].map(begin);
    const all = [running, ...others];
    const until = performance.now() + patienceMs;
    const silence = `warning: ${stuck.path} has not answered for `;
    const isTold = ({ text }: (typeof all)[number]): boolean => unwrapped(text.err).includes(silence);
    while (!all.every(isTold) && performance.now() < until) await delay(50);
    stuck.arm();
    stuck.resume();
    const timer = setTimeout(() => all.forEach(({ child }) => child.kill("SIGKILL")), patienceMs);
    const exitCodes = await Promise.all(all.map(async ({ closed }): Promise<unknown> => (await closed)[0]));
    clearTimeout(timer);
    const told = all.map(({ text }) => unwrapped(text.err));
    for (const text of told) expect(text).toContain(silence);
    // The others may have ended when the answer to the question comes.
    expect(told[0]).toContain(`warning: ${stuck.path} answers again after `);
    expect(exitCodes).toEqual([0, 0, 0, 0]);
    const events = parseEvents(others.at(-1)!.text.out);
    expect(events).toContainEqual(expect.objectContaining({ event: "warning", code: "stalled" }));
    expect(events.at(-1)).toMatchObject({ event: "done" });
  });

  const cases = [
    ["inspect", "SIGTERM", /^/],
    ["verify", "SIGTERM", /^/],
    ["verify on a drive", "SIGHUP", /hashing/],
    ["verify --deep on a drive", "SIGINT", /hashing/],
    ["check usb.img --iso", "SIGHUP", /^/],
    ["write --dry-run new.img", "SIGTERM", /^/],
    ["write new.img", "SIGTERM", /^/],
  ] as const;
  it.each(sample(cases, 4))("%s ends at %s with 130 (once it said %s)", async (line, signal, said) => {
    const [command = "", ...words] = line.replace(" on a drive", "").split(" ");
    const path = line.endsWith("drive") ? drive.path : stuck.path;
    const argv = command === "check" ? [command, ...words, path] : [command, path, ...words];
    const text = await signalled(argv, signal, said);
    expect(text, text.err).toMatchObject({ exitCode: 130, out: "" });
    expect(text.err).toMatch(/^win7usb: .*interrupted/m);
    const json = await signalled([...argv, "--json"], signal, said);
    expect(json.exitCode, json.err).toBe(130);
    if (line.startsWith("write new")) expect(parseEvents(json.out).at(-1)).toMatchObject({ code: "interrupted" });
    else expect(parseOutput("error", json.out)["error"]).toMatchObject({ code: "interrupted" });
  });
});
