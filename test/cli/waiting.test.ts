/** What is told of files that do not answer, by a clock of the test's own. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Invocation } from "../../src/cli/options.js";
import { parse } from "../../src/cli/parse.js";
import { pathsOf, startWaiting } from "../../src/cli/waiting.js";
import type { WarningEvent } from "../../src/progress/events.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { parseEvents } from "../support/json-output.js";

async function understood(line: string): Promise<Invocation> {
  const parsed = await parse(line.split(" "));
  if (parsed.kind !== "run") throw new Error(`${line} is no command line`);
  return parsed.invocation;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a file that does not answer", () => {
  /** A command whose files answer, or do not, as `silent` says. */
  async function begun(line: string) {
    const terminal = fakeTerminal();
    const silent = new Set<string>();
    const pending: (() => void)[] = [];
    const waiting = startWaiting(
      await understood(line),
      () => terminal,
      async (path) => (silent.has(path) ? new Promise<void>((resolve) => pending.push(resolve)) : undefined),
    );
    const pass = async (seconds: number): Promise<void> => {
      await vi.advanceTimersByTimeAsync(seconds * 1000);
    };
    const answer = async (): Promise<void> => {
      silent.clear();
      pending.splice(0).forEach((resolve) => resolve());
      await pass(0);
    };
    return { terminal, silent, waiting, pass, answer };
  }

  it("is told of once in each silence, after five seconds, and so is its answer", async () => {
    const { terminal, silent, pass, answer } = await begun("verify win7.iso");
    await pass(60);
    expect(terminal.shown.err).toBe("");
    for (const seconds of [20, 200]) {
      const before = terminal.shown.err;
      silent.add("win7.iso");
      await pass(5);
      expect(terminal.shown.err).toBe(before);
      await pass(seconds - 5);
      const told = terminal.shown.err.slice(before.length);
      expect(told).toMatch(/^warning: win7\.iso has not answered for \d+ s; Ctrl-C ends the wait\n$/);
      await answer();
      expect(terminal.shown.err.slice(before.length + told.length)).toMatch(
        /^warning: .* answers again after \d+ s\n$/,
      );
      await pass(60);
    }
    expect(terminal.shown.err.split("\n")).toHaveLength(5);
  });

  it("is an event of a write, until it has ended", async () => {
    const { terminal, silent, waiting, pass, answer } = await begun("write win7.iso usb.img --json");
    silent.add("win7.iso");
    await pass(8);
    await answer();
    expect(parseEvents<WarningEvent>(terminal.shown.out)).toMatchObject([
      { event: "warning", code: "stalled" },
      { event: "warning", code: "resumed" },
    ]);
    silent.add("win7.iso");
    await pass(1);
    waiting.end();
    const { out, err } = terminal.shown;
    await pass(60);
    await answer();
    expect(terminal.shown).toMatchObject({ out, err });
  });

  it("is left to the write where it is its target, and shown in what is drawn", async () => {
    const { terminal, silent, waiting, pass } = await begun("write win7.iso usb.img");
    const events: WarningEvent[] = [];
    waiting.only("win7.iso");
    const hide = waiting.showIn({ onEvent: (event) => events.push(event), stop: () => undefined });
    silent.add("win7.iso").add("usb.img");
    await pass(10);
    expect(events.map(({ code, message }) => [code, message.split(" ")[0]])).toEqual([["stalled", "win7.iso"]]);
    expect(terminal.shown).toMatchObject({ out: "", err: "" });
    hide();
  });

  it.each([
    ["inspect win7.iso --machine pc.txt --drivers one --drivers two", ["win7.iso", "pc.txt", "one", "two"]],
    ["write win7.iso usb.img --answer-file a.xml --log log", ["win7.iso", "usb.img", "a.xml"]],
    ["check usb.img --iso win7.iso", ["usb.img", "win7.iso"]],
    ["drives", []],
  ])("is any that %s has to do with", async (line, paths) => {
    expect(pathsOf(await understood(line))).toEqual(paths);
  });
});
