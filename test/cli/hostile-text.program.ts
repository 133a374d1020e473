/**
 * Hostile text through every command of the built program: in names of files and editions, labels, arguments, manifests,
 * what the system says of drives, and the environment. Nothing of it steers a terminal or a reader of JSON, and JSON has
 * it unchanged.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseEvent, parseOutput } from "../support/json-output.js";
import { programCommand, runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

/** Steering of every kind: C0, DEL and C1 controls, bidirectional controls, no width, ends of lines. */
const steering = "\u001b[31m\u0007\u007f\u009b1m\u0085\u202e\u2066\u200b\u200f\u061c\u2028\u2029\ufeff";
/** Of those, what a file may be called: not NUL and the slash, which nobody can. */
const hostile = `A${steering}Z`;
/** XML and NTFS have no C0 controls. */
const withoutC0 = `A${steering.replaceAll(/[\u0000-\u001f]/g, "")}Z`; // oxlint-disable-line no-control-regex

/** What no output has, but for line feeds and the tabs of completions. */
const forbidden = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-hostile-text-"));
  const tree = await windows7Tree({ editions: ["Professional", withoutC0] });
  const named = {
    ...tree,
    children: [...tree.children, file(`${withoutC0}.txt`, "1"), directory(withoutC0, [file("x", "2")])],
  };
  await writeImageOf(named, path("hostile.iso"), withoutC0);
  await writeImageOf({ ...tree, children: [...tree.children, file(hostile, "1")] }, path("controls.iso"), hostile);
  writeFileSync(path(`${hostile}.iso`), readFileSync(path("hostile.iso")));
  runProgram(["write", path("hostile.iso"), path("stick.img"), "-f", "ntfs", "--label", withoutC0]);
  // Its manifest and its volume name hostile files, and now they differ.
  const stick = readFileSync(path("stick.img"));
  const at = stick.indexOf("[AutoRun.Amd64]");
  stick.write("HOSTILE", at);
  writeFileSync(path("changed.img"), stick);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Run = { readonly out: string; readonly err: string };

function run(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
  const [node, program] = programCommand;
  const env = { ...process.env, ...environment };
  const { stdout, stderr } = spawnSync(node, [program, ...argv], { cwd: folder, encoding: "utf8", env });
  return { out: stdout, err: stderr };
}

function expectHarmless({ out, err }: Run): void {
  expect(out + err).not.toMatch(forbidden);
  expect(out + err).not.toBe("");
}

const commands: readonly (readonly string[])[] = [
  ["inspect", "hostile.iso", "--verbose"],
  ["verify", "hostile.iso", "--verbose", "--deep"],
  ["verify", "hostile.iso", "--require", "edition=Ultimate", "language=xx"],
  ["write", "hostile.iso", "new.img", "--dry-run"],
  ["write", "hostile.iso", "new.img", "--dry-run", "-f", "ntfs"],
  ["write", "hostile.iso", `${hostile}.img`, "--dry-run", "--label", hostile],
  ["inspect", "controls.iso", "--verbose"],
  ["verify", "controls.iso", "--verbose"],
  ["write", "controls.iso", "new.img", "--dry-run"],
  ["write", "controls.iso", "new.img", "--dry-run", "-f", "ntfs"],
  ["check", "stick.img"],
  ["check", "changed.img"],
  ["check", "stick.img", "--iso", "controls.iso"],
  ["inspect", `${hostile}.iso`],
  ["verify", `${hostile}.iso`],
  ["check", `${hostile}.iso`],
];

describe("what an image or a stick says", () => {
  it.each(sample(commands, 4, ([command]) => command))("%s %s %s is harmless as text and as JSON", (...argv) => {
    const words = argv.filter((word) => word !== undefined);
    expectHarmless(run(words));
    const told = run([...words, "--json"]);
    expectHarmless(told);
    // The same strings, escaped alone.
    const strings = JSON.stringify(JSON.parse(told.out));
    expect(strings).toMatch(/hostile|controls|stick|changed|A\\u001b/);
  });

  it("JSON has the very strings", () => {
    const inspection = JSON.parse(run(["inspect", "hostile.iso", "--json"]).out) as {
      image: { volumeLabel: string };
      windows: { editions: { id: string }[] };
    };
    expect(inspection.image.volumeLabel).toBe(withoutC0);
    expect(inspection.windows.editions.map(({ id }) => id)).toContain(withoutC0);
  });
});

describe("what is typed", () => {
  const mistakes: readonly (readonly [argv: readonly string[], code: string])[] = [
    [[hostile], "usage"],
    [["verify", `--${hostile}`], "usage"],
    [["verify", "hostile.iso", "--require", hostile], "usage"],
    [["verify", "hostile.iso", "--require", `edition=${hostile}`], "usage"],
    [["verify", "hostile.iso", "--allow", hostile], "usage"],
    [["write", "hostile.iso", "x.img", "--filesystem", hostile], "usage"],
    [["write", "hostile.iso", "x.img", "--size", hostile], "usage"],
    [["write", `${hostile}.nothing`, "x.img"], "image-missing"],
    [["write", hostile], "usage"],
    [["write", "hostile.iso", `/dev/${hostile}`], "target-missing"],
    [["write", "hostile.iso", `${hostile}/x.img`], "target-missing"],
    [["check", hostile], "target-missing"],
    [["check", "stick.img", "--iso", hostile], "image-missing"],
    [["check", "stick.img", "--label", hostile], "usage"],
    [["inspect", hostile], "image-missing"],
    [["drives", hostile], "usage"],
    [["completion", hostile], "usage"],
    [["help", hostile], "usage"],
  ];
  it.each(sample(mistakes, 3, ([, code]) => code))("%j is harmless as text and as JSON: %s", (argv, code) => {
    expectHarmless(run(argv));
    const told = run([...argv, "--json"]);
    expectHarmless(told);
    const last = told.out.trim().split("\n").at(-1)!;
    const error = argv[0] === "write" ? parseEvent(last) : parseOutput("error", last)["error"];
    expect(error).toMatchObject({ code });
  });
});

describe("what a write tells", () => {
  const quick = ["--image-check", "none"];
  it.each([[], ["--json"]])("is harmless, its events too: %j", (...options) => {
    expectHarmless(
      run([
        "write",
        "hostile.iso",
        `${hostile}.img`,
        "--force",
        "-f",
        "ntfs",
        "--label",
        withoutC0,
        ...quick,
        ...options,
      ]),
    );
  });
});

describe("the environment", () => {
  it.each(sample(["TERM", "LC_ALL", "NO_COLOR", "CI", "COLORTERM", "FORCE_COLOR", "HOME"], 2))(
    "%s is harmless",
    (name) => {
      // A long name of a language ends Node 20 itself before any of our code runs (`node -e 0` as well).
      const value = name === "LC_ALL" ? `en_US.${hostile}` : hostile;
      expectHarmless(run(["inspect", "hostile.iso"], { [name]: value }));
      expectHarmless(run(["verify", "nothing.iso"], { [name]: value }));
    },
  );
});

describe.skipIf(process.platform !== "linux")("what the system says of drives", () => {
  it("is harmless: a tool that answers with anything", () => {
    const tools = path("tools");
    mkdirSync(tools);
    for (const tool of ["lsblk", "udevadm", "df", "blkid"]) {
      writeFileSync(
        join(tools, tool),
        `#!/bin/sh\nprintf '%s\\n' '{"blockdevices":[{"name":"${withoutC0}"}]}'\nprintf '%s' '${withoutC0}' >&2\nexit 1\n`,
      );
      chmodSync(join(tools, tool), 0o755);
    }
    const PATH = `${tools}:${process.env["PATH"] ?? ""}`;
    for (const argv of [
      ["drives", "--all"],
      ["drives", "--all", "--json"],
      ["write", "hostile.iso", "/dev/nothing"],
    ]) {
      const { out, err } = run(argv, { PATH });
      expect(out + err).not.toMatch(forbidden);
    }
  });
});
