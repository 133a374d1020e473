/** What goes onto the stick is never what the stick's image is written over, nor does an image go into itself. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-own-inputs-"));
  iso = await writeDemoImage(folder);
  mkdirSync(join(folder, "extras"));
  writeFileSync(join(folder, "extras", "readme.txt"), "precious");
  writeFileSync(join(folder, "answer.xml"), "<precious/>");
  symlinkSync(join(folder, "extras"), join(folder, "link"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ["a file of an added folder", "extras/readme.txt", ["--add", "extras"]],
  ["a new file in it", "extras/usb.img", ["--add", "extras"]],
  ["a new file in it, through a link", "link/usb.img", ["--add", "extras=sources"]],
  ["a file of a folder of drivers", "extras/readme.txt", ["--drivers", "link"]],
  ["a new file in a folder of updates", "extras/usb.img", ["--updates", "extras"]],
  ["the answer file", "answer.xml", ["--answer-file", "answer.xml"]],
])("%s is refused as target", (_, target, options) => {
  const run = runProgram(["write", iso, target, "--force", "--json", ...options], folder);
  const last = parseEvents(run.out).at(-1)!;
  const codes = [last, ...((last["others"] ?? []) as Record<string, unknown>[])].map(({ code }) => code);
  expect(codes).toContain("source-drive");
  expect(run.err).toMatch(/which\s+goes onto the stick/);
  expect(readFileSync(join(folder, "extras", "readme.txt"), "utf8")).toBe("precious");
  expect(readFileSync(join(folder, "answer.xml"), "utf8")).toBe("<precious/>");
});

it("a file beside it is a target as any other", () => {
  expect(runProgram(["write", iso, "extras.img", "--add", "extras"], folder).exitCode).toBe(0);
});
