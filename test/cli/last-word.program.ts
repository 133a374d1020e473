/** With --json every exit of the built program ends with an object on stdout: help, mistakes, signals, a process that dies. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvent, parseOutput } from "../support/json-output.js";
import { programCommand, runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

const [node, program] = programCommand;

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-last-word-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an object is told", () => {
  const asked = [
    ["help", ["--help", "--json"]],
    ["help", ["--json", "-h"]],
    ["help", ["write", "--json", "--help"]],
    ["help", ["verify", "--help", "--json"]],
    ["version", ["--version", "--json"]],
    ["version", ["--json", "-V"]],
  ] as const;
  it.each(sample<(typeof asked)[number]>(asked, 1, ([output]) => output))("with %s, for %j", (output, argv) => {
    const { exitCode, out, err } = runProgram(argv);
    expect([exitCode, err]).toEqual([0, ""]);
    const [value] = Object.values(parseOutput(output, out)).slice(-1);
    expect(runProgram(argv.filter((word) => word !== "--json")).out.trim()).toBe(String(value).trim());
  });

  const wrong = [
    ["verify", "win7.iso", "--json=1"],
    ["--json"],
    ["frobnicate", "--json"],
    ["completion", "bash", "--json"],
    ["completion", "tcsh", "--json"],
    ["help", "nothing", "--json"],
    ["drives", "--json", "--all=1"],
    ["check", "x.img", "--label", "A", "--json"],
    ["check", "x.img", "--signature", "1a2b", "--json"],
    ["check", "x.img", "--edition", "Starter", "--json"],
    ["check", "x.img", "--add", "x", "--json"],
    ["check", "x.img", "--drivers", "x", "--json"],
    ["check", "x.img", "--answer-file", "x", "--json"],
    ["write", "a.iso", "b.img", "--dry-run", "--json=true"],
    ["check", "x.img", "--json", "--label=A", "--label=A"],
  ];
  it.each(sample(wrong, 5, ([command]) => command))("for a command line that is wrong: %s %s %s %s %s", (...argv) => {
    const { exitCode, out } = runProgram(argv.filter((word) => word !== undefined));
    expect(exitCode).toBe(2);
    expect(parseOutput("error", out)).toHaveProperty("error.code", "usage");
  });

  it.each(["label", "signature"])("and says what --%s needs", (option) => {
    const { out } = runProgram(["check", "x.img", `--${option}`, "A", "--json"]);
    expect(parseOutput("error", out)).toHaveProperty("error.hint", `Give --iso <iso> too, or leave --${option} out.`);
  });

  it("and for a write an event", () => {
    const { exitCode, out } = runProgram(["write", "a.iso", "b.img", "--json=yes"]);
    expect([exitCode, parseEvent(out.trim())["event"]]).toEqual([2, "error"]);
  });
});

type Ended = { readonly exitCode: number | null; readonly signal: string | null; readonly out: string };

/** Runs the program until `text` was seen on either output, then sends signals, the next whenever it goes on. */
async function signalled(argv: readonly string[], text: RegExp, signals: readonly NodeJS.Signals[]): Promise<Ended> {
  const child = spawn(node, [program, ...argv], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let all = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => ((out += part), (all += part)));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (all += part));
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal, out }));
  });
  while (!text.test(all) && child.exitCode === null) await delay(2);
  for (const signal of signals) {
    child.kill(signal);
    await delay(20);
  }
  return ended;
}

const leftIn = (place: string): string[] => readdirSync(place).filter((name) => name !== "win7.iso");

describe.skipIf(process.platform === "win32")("a signal", () => {
  it.each(sample(["SIGTERM", "SIGHUP", "SIGINT"] as const, 2))(
    "%s ends a write with an event, and leaves nothing",
    async (signal) => {
      const argv = ["write", iso, "stopped.img", "--json", "--size", "3G", "-f", "ntfs"];
      const { exitCode, out } = await signalled(argv, /"phase":"write"/, [signal]);
      const last = parseEvent(out.trim().split("\n").at(-1)!);
      expect(exitCode).toBe(130);
      expect(last).toMatchObject({ event: "error", code: "interrupted" });
      expect(leftIn(folder)).toEqual([]);
    },
  );

  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
    "%s ends a write that has not begun with 130, too",
    async (signal) => {
      const { exitCode, out } = await signalled(["write", iso, "early.img", "--json"], /"event":"start"/, [signal]);
      expect(exitCode).toBe(130);
      expect(parseEvent(out.trim().split("\n").at(-1)!)).toMatchObject({ event: "error", code: "interrupted" });
      expect(leftIn(folder)).toEqual([]);
    },
  );

  it("that comes twice ends a write with one event all the same", async () => {
    const argv = ["write", iso, "twice.img", "--json", "--size", "3G", "-f", "ntfs"];
    const { out } = await signalled(argv, /"phase":"write"/, ["SIGTERM", "SIGTERM"]);
    const events = out
      .trim()
      .split("\n")
      .map((line) => parseEvent(line));
    expect(events.filter(({ event }) => event === "error" || event === "done")).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ event: "error", code: "interrupted" });
    for (const name of leftIn(folder)) rmSync(join(folder, name));
  });

  const series: NodeJS.Signals[][] = [
    ["SIGTERM"],
    ["SIGHUP"],
    ["SIGINT"],
    ["SIGINT", "SIGINT"],
    ["SIGTERM", "SIGHUP", "SIGINT"],
  ];
  it.each(sample(series, 2))("%s %s %s ends a verification with one object", async (...signals) => {
    const padded = join(folder, "padded.iso");
    copyFileSync(iso, padded);
    truncateSync(padded, 6 * GiB);
    const { exitCode, signal, out } = await signalled(["verify", padded, "--json"], /hashing/, signals);
    rmSync(padded);
    expect(parseOutput("error", out)["error"]).toMatchObject({ code: "interrupted" });
    // Where its threads still read, the system ends it, as Ctrl-C does.
    expect([130, "SIGINT"]).toContain(exitCode ?? signal);
  });

  it("that nothing can be done about is told by the process that stays", async () => {
    const argv = ["write", iso, "killed.img", "--json", "--size", "3G", "-f", "ntfs"];
    const child = spawn(node, [program, ...argv], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (out += part));
    const closed = new Promise((resolve) => child.once("close", resolve));
    while (!out.includes('"phase":"write"')) await delay(2);
    const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" });
    for (const pid of stdout.trim().split(/\s+/)) process.kill(Number(pid), "SIGKILL");
    await closed;
    const last = parseEvent(out.trim().split("\n").at(-1)!);
    expect(last).toMatchObject({ event: "error", code: "internal" });
    for (const name of leftIn(folder)) rmSync(join(folder, name));
  });
});
