/** What is told, and where: --quiet, --log, the bell. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ring } from "../../src/cli/bell.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-told-"));
  await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const logOf = (name: string): string => readFileSync(join(folder, name), "utf8");
const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S?.*$/;

describe("--quiet", () => {
  it("leaves results and errors alone", () => {
    const write = runProgram(["write", "win7.iso", "quiet.img", "--quiet"], folder);
    expect([write.exitCode, write.out]).toEqual([0, ""]);
    expect(write.err).toMatch(/^done: quiet\.img/);
    const verify = runProgram(["verify", "win7.iso", "--quiet"], folder);
    expect([verify.exitCode, verify.err]).toEqual([0, ""]);
    expect(verify.out).toMatch(/^Intact/);
    const wrong = runProgram(["check", "none.img", "--quiet"], folder);
    expect([wrong.exitCode, wrong.err]).toEqual([5, expect.stringMatching(/^win7usb: there is no image file/)]);
    const several = runProgram(["verify", "win7.iso", "none.iso", "--quiet"], folder);
    expect([several.exitCode, several.err]).toEqual([3, expect.stringMatching(/^win7usb: .*none\.iso/)]);
  });
});

describe("--log", () => {
  it("has all that people are told, each line with its time, and is appended to", () => {
    const { err } = runProgram(["write", "win7.iso", "log.img", "--log", "one.log"], folder);
    const lines = logOf("one.log").trimEnd().split("\n");
    for (const each of lines) expect(each).toMatch(line);
    const bare = lines.map((each) => each.slice(each.indexOf(" ") + 1));
    expect(bare).toEqual(
      err
        .trimEnd()
        .split("\n")
        .map((each) => each.trimEnd())
        .filter((each) => each !== ""),
    );
    const verify = runProgram(["verify", "win7.iso", "--quiet", "--log", "one.log"], folder);
    expect(logOf("one.log").split("\n").slice(lines.length).join("\n")).toContain(` ${verify.out.split("\n")[0]}\n`);
  });

  it("has what is not shown, and errors; what scripts read is theirs", () => {
    const { out, err } = runProgram(["write", "win7.iso", "log.img", "--quiet", "--json", "--log", "two.log"], folder);
    expect(parseEvents(out).at(-1)).toMatchObject({ event: "error", code: "target-exists" });
    expect(logOf("two.log")).toContain(` ${err.split("\n")[0]}`);
    expect(logOf("two.log")).not.toContain('"schema"');
    runProgram(["write", "win7.iso", "other.img", "--quiet", "--json", "--log", "two.log"], folder);
    expect(logOf("two.log")).toMatch(/Z {3}image file {2}/);
    expect(logOf("two.log")).toMatch(/Z {3}other\.img: 100% of/);
  });

  it.each([["win7.iso"], ["./win7.iso"], ["new.img"], ["none/x.log"]])("is not %s, and nothing is done", (name) => {
    const before = logOf("win7.iso").length;
    const { exitCode, out } = runProgram(["write", "win7.iso", "new.img", "--log", name, "--json"], folder);
    expect([exitCode, parseEvents(out).at(-1)]).toEqual([2, expect.objectContaining({ code: "usage" })]);
    expect([existsSync(join(folder, "new.img")), logOf("win7.iso").length]).toEqual([false, before]);
  });

  it.skipIf(process.platform !== "linux")("that cannot take all is told of, and the exit code says it", () => {
    const { exitCode, out, err } = runProgram(["verify", "win7.iso", "--json", "--log", "/dev/full"], folder);
    expect(parseOutput("verify", out)).toMatchObject({ verdict: "intact" });
    expect([exitCode, err]).toEqual([1, expect.stringContaining("the log /dev/full could not be written")]);
  });
});

describe("the bell", () => {
  const invocation = {
    command: "check",
    operands: [],
    options: { add: [], drivers: [], record: [], bell: true },
  } as const;
  const rung = (options: object, startedAt: number, exitCode = 0): string => {
    const terminal = fakeTerminal();
    const all = { ...invocation, options: { ...invocation.options, ...options } };
    ring(all, terminal, startedAt, exitCode);
    return terminal.shown.err;
  };
  it("rings behind a sentence when a minute's work has ended, whatever came of it", () => {
    expect(rung({}, -62_000)).toBe("win7usb check has ended after 1:02.\n\u0007");
    expect(rung({}, -3_600_000, 7)).toContain("\u0007");
  });
  it.each([
    ["after a moment", {}, -1000, 0],
    ["with --no-bell", { bell: false }, -62_000, 0],
    ["with --quiet", { quiet: true }, -62_000, 0],
    ["after Ctrl-C", {}, -62_000, 130],
  ])("is silent %s", (_, options, startedAt, exitCode) => expect(rung(options, startedAt, exitCode)).toBe(""));
});
