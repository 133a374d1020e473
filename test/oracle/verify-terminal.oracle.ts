/** What `verify` shows on a terminal of 80 columns, as `script` records it, beside what a pipe gets. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { programCommand, runProgram } from "../support/program.js";

const columns = 80;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-terminal-"));
  const bytes = readFileSync(await writeDemoImage(folder));
  const payload = filler(64 * 1024, 62);
  const flipped = Buffer.from(bytes);
  flipped[bytes.indexOf(payload.subarray(0, 64)) + 5000]! ^= 1;
  writeFileSync(join(folder, "flipped.iso"), flipped);
  writeFileSync(join(folder, "cut.iso"), bytes.subarray(0, bytes.length - 300_000));
  mkdirSync(join(folder, "x64"));
  await writeDemoImage(join(folder, "x64"), { architecture: "x64", build: 7600, spBuild: 16385, spLevel: 0 });
});
afterAll(() => rmSync(folder, { recursive: true }));

type Shown = { readonly exitCode: number | null; readonly out: string };

function piped(argv: readonly string[]): Shown {
  return runProgram(["verify", ...argv], folder);
}

/** Everything that reaches the screen: progress, then the answer. */
function onTerminal(argv: readonly string[], environment: Record<string, string>): Shown {
  const words = [...programCommand, "verify", ...argv].map((word) => `'${word}'`).join(" ");
  const line = `stty cols ${columns} rows 50; ${words}`;
  const { status, stdout } = spawnSync("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...environment },
  });
  return { exitCode: status, out: stdout };
}

/** The first characters of what makes a colour (ECMA-48 8.3.117). */
const color = "\u001B[3";

/** The answer is the last thing on the screen, and what a pipe gets. */
function expectAnswer(shown: Shown, pipe: Shown): void {
  const text = stripVTControlCharacters(shown.out).replaceAll("\r\n", "\n");
  expect(text.endsWith(pipe.out), text).toBe(true);
}

/** Arguments, exit code, the answer's first words, and the next steps that it names. */
const cases = [
  [["win7.iso"], 0, "Intact as far as was checked: Windows 7 Professional", []],
  [["win7.iso", "--deep", "--verbose"], 0, "Intact as far as was checked: Windows 7 Professional", []],
  [
    ["win7.iso", "--require", "genuine", "edition=Ultimate"],
    4,
    "Unsuitable: Windows 7",
    [/Compare its SHA-1/, /Without sources\/ei\.cfg/],
  ],
  [["cut.iso"], 3, "Damaged: cut.iso", [/Download or copy it again/]],
  [["cut.iso", "--verbose"], 3, "Damaged: cut.iso", [/Download or copy it again/]],
  [["flipped.iso", "--deep"], 3, "Damaged: Windows 7 Professional", [/Do not write it: fetch the image/]],
  [["x64/win7.iso"], 4, "Unsuitable: Windows 7 Professional without", [/--allow x64/, /--allow rtm/]],
  [["x64/win7.iso", "--allow", "x64", "rtm"], 0, "Intact as far as was checked: Windows 7 Professional", []],
] as const;

describe.skipIf(!judge("script"))("verify on a terminal", () => {
  it.each(cases)("%j", (argv, exitCode, start, steps) => {
    const pipe = piped(argv);
    expect([pipe.exitCode, pipe.out.startsWith(start)]).toEqual([exitCode, true]);
    // SHA-256 has 64 characters, and names are not broken.
    for (const line of pipe.out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(columns);
    const named = pipe.out.match(/^ +next step .*(?:\n {8,}.*)*/gm)?.map((text) => text.replaceAll(/\s+/g, " ")) ?? [];
    expect(named).toHaveLength(steps.length);
    for (const [index, step] of steps.entries()) expect(named[index]).toMatch(step);

    const shown = onTerminal(argv, {});
    expect([shown.exitCode, shown.out.includes(color)]).toEqual([exitCode, true]);
    expectAnswer(shown, pipe);
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("is without colour where that is asked for: %j", (environment) => {
    const argv = ["x64/win7.iso", "--verbose"];
    const shown = onTerminal(argv, environment);
    expect([shown.exitCode, shown.out.includes(color)]).toEqual([4, false]);
    expectAnswer(shown, piped(argv));
  });
});
