/** What reaches a terminal and a script: no steering characters, an object at every exit with --json, and a word where a result is lost. */
import { expect, it } from "vitest";
import { conclude } from "../../src/cli/conclude.js";
import { jsonLine, printable, withoutSteering } from "../../src/cli/escape.js";
import { main } from "../../src/cli/main.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { parseEvent, parseOutput } from "../support/json-output.js";

const hostile = "\u001b[31m\r\n\u0007\u007f\u009b\u202e\u2066\u200b\u200f\u061c\u2028\u2029";

it("a foreign text steers nothing, on the screen and in JSON", () => {
  for (const text of [printable(hostile), withoutSteering(hostile, false), jsonLine(hostile)]) {
    expect(text.replaceAll("\n", "")).toMatch(/^[ -~]*$/);
  }
  expect(JSON.parse(jsonLine(hostile))).toBe(hostile);
  expect(printable("x".repeat(120_000)).length).toBeLessThan(1100);
});

it.each(["frobnicate --json", "verify --json", "write a b -n --size x --json"])(
  "%s ends with an object",
  async (line) => {
    const terminal = fakeTerminal();
    expect(await main(line.split(" "), terminal)).toBe(2);
    expect(parseOutput("error", terminal.shown.out)).toHaveProperty("error.code", "usage");
  },
);

it("a write that is not understood ends with an event", async () => {
  const terminal = fakeTerminal();
  expect(await main(["write", "a", "--json"], terminal)).toBe(2);
  expect(parseEvent(terminal.shown.out.trim())).toMatchObject({ event: "error", code: "usage" });
});

it.each(["out", "err"] as const)("a result that is lost on %s is said on the other output", async (output) => {
  const terminal = { ...fakeTerminal(), lost: async () => [{ output, reason: "no space" }] };
  expect(await conclude(terminal, 0)).toBe(1);
  expect(terminal.shown[output]).toBe("");
  expect(terminal.shown.out + terminal.shown.err).toMatch(/^win7usb: the result could not be written to std/);
  expect(await conclude(terminal, 3)).toBe(3);
});
