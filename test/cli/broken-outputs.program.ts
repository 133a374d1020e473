/** Outputs that nobody reads, that are full or closed: a write goes on, a result that is lost is said, nothing is left behind. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { programCommand, runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-broken-"));
  await writeDemoImage(folder);
  runProgram(["write", "win7.iso", "usb.img", "--image-check", "none"], folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const image = "made.img";
afterEach(() => rmSync(join(folder, image), { force: true }));

/** Runs a line of a POSIX shell in which `win7usb` is the program; the exit code is the program's own. */
function shell(words: string, redirection: string) {
  const command = [...programCommand].map((word) => `'${word}'`).join(" ");
  const script = `{ ${command} ${words} ${redirection.replace("|", "; echo $? >code; } |")}`;
  const line = redirection.includes("|") ? script : `${script}; echo $? >code; }`;
  const { stdout, stderr } = spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" });
  const code = spawnSync("cat", ["code"], { cwd: folder, encoding: "utf8" }).stdout;
  rmSync(join(folder, "code"), { force: true });
  return { exitCode: Number(code), out: stdout, err: stderr };
}

const left = (): string[] => readdirSync(folder).toSorted();
const sentence = /^win7usb: the result could not be written to std(?:out|err): /m;

describe.skipIf(!existsSync("/dev/full"))("a write", () => {
  it.each([
    ["whose reader goes", "2>&1 | head -n 3"],
    ["whose readers are gone at once", "2>&1 | true"],
  ])("%s goes on and is whole", (_what, redirection) => {
    const { err } = shell(`write win7.iso ${image}`, redirection);
    expect(err).not.toMatch(/fault in win7usb|at .*\.js:/);
    expect(left()).toEqual([image, "usb.img", "win7.iso"]);
    expect(runProgram(["check", image], folder).exitCode).toBe(0);
  });

  const redirections: [string, number][] = [
    // Progress that is lost is no loss; a result that nobody can be told of is. Node puts /dev/null in the place of what is
    // closed, which cannot be told from what a caller has thrown away on purpose.
    ["2>/dev/full", 1],
    ["2>&-", 0],
    [">/dev/full", 0],
    [">&-", 0],
    [">/dev/full 2>&1", 1],
    [">&- 2>&-", 0],
    ["--json >/dev/full", 1],
    ["--json >&-", 0],
    ["--json 2>/dev/full", 0],
    ["--json 2>&-", 0],
  ];
  it.each(sample(redirections, 4, ([words, code]) => [words.startsWith("--json"), code].join(" ")))(
    "with %s is whole, and ends with %i",
    (redirection, exitCode) => {
      const result = shell(`write win7.iso ${image} --image-check none`, redirection);
      expect(result.exitCode).toBe(exitCode);
      expect(left()).toEqual([image, "usb.img", "win7.iso"]);
      expect(result.out + result.err).not.toMatch(/fault in win7usb|at .*\.js:/);
      if (exitCode === 1 && !redirection.includes("2>&1")) {
        expect((result.out + result.err).match(new RegExp(sentence, "gm"))).toHaveLength(1);
      }
      expect(runProgram(["check", image], folder).exitCode).toBe(0);
    },
  );
});

describe.skipIf(!existsSync("/dev/full"))("a result that is lost", () => {
  const commands = [
    "verify win7.iso",
    "verify win7.iso --json",
    "inspect win7.iso",
    "check usb.img",
    "check usb.img --json",
    `write win7.iso ${image} --dry-run`,
    "drives --json",
    "--help",
    "--version",
    "completion bash",
    "licences",
    "help write",
  ];
  it.each(sample(commands, 4))("of %s is one sentence on the other output, and exit code 1", (words) => {
    const { exitCode, err } = shell(words, ">/dev/full");
    expect(exitCode).toBe(1);
    expect(err.match(new RegExp(sentence, "gm"))).toHaveLength(1);
    expect(err).not.toMatch(/at .*\.js:/);
    expect(left()).toEqual(["usb.img", "win7.iso"]);
  });

  it("keeps the exit code of a failure", () => {
    expect(shell("verify nothing.iso --json", ">/dev/full").exitCode).toBe(3);
    expect(shell("verify nothing.iso", "2>/dev/full").exitCode).toBe(3);
  });
});
