/** Discs with names that no stick can have, through the built program. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import type { TreeNode } from "../../src/tree/index.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

type Warnings = { warnings: { code: string; message: string }[] };
type Checks = { verdict: string; checks: { id: string; status: string; code?: string; message: string }[] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-names-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const target = (): string => join(folder, "usb.img");

async function isoWith(...more: TreeNode[]): Promise<string> {
  const tree = await windows7Tree();
  return writeImageOf({ ...tree, children: [...tree.children, ...more] }, join(folder, "win7.iso"));
}

function write(iso: string, ...more: string[]) {
  rmSync(target(), { force: true });
  const { exitCode, out, err } = runProgram(["write", iso, target(), "--json", "--image-check", "none", ...more]);
  const events = parseEvents<{ event: string; code?: string; message?: string; hint?: string }>(out);
  return { exitCode, err, events, last: events.at(-1)! };
}

describe("folders that differ in case alone", () => {
  it("are one on the stick, which inspect, verify and write say, and check knows", async () => {
    const iso = await isoWith(
      directory("EFI", [directory("boot", [file("one.efi", "1")])]),
      directory("efi", [directory("BOOT", [file("two.efi", "2")])]),
    );
    const { exitCode, events } = write(iso);
    expect(exitCode).toBe(0);
    expect(events.filter(({ event }) => event === "error")).toEqual([]);
    expect(runProgram(["check", target(), "--iso", iso]).exitCode).toBe(0);
    const { warnings } = parseOutput<Warnings>("inspect", runProgram(["inspect", iso, "--json"]).out);
    expect(warnings.find(({ code }) => code === "folders-merged")?.message).toContain('"efi" with "EFI"');
    const dry = parseOutput<Warnings>(
      "write-plan",
      runProgram(["write", iso, target(), "-n", "--force", "--json"]).out,
    );
    expect(dry.warnings.map(({ code }) => code)).toContain("folders-merged");
    expect(runProgram(["verify", iso]).exitCode).toBe(0);
  });

  it("are one where Windows is looked for, too: the other side may have it", async () => {
    const tree = await windows7Tree();
    const iso = await writeImageOf(
      { ...tree, children: [directory("SOURCES", [file("a.txt", "a")]), ...tree.children] },
      join(folder, "win7.iso"),
    );
    expect(write(iso).exitCode).toBe(0);
  });
});

describe.each(sample(["ntfs", "fat32"], 1))("on %s", (fileSystem) => {
  const faults: [string, TreeNode[], RegExp][] = [
    ["name-unsupported", [file("aux.txt", "x"), directory("con", [file("a", "a")])], /aux\.txt.*device.*con/],
    ["name-unsupported", [file("trailing.", "x"), file("what?", "y")], /trailing\..*dot or blank.*what\?/],
    ["name-collision", [file("a.txt", "x"), file("A.TXT", "y")], /A\.TXT.*a\.txt/],
  ];
  it.each(sample(faults, 1, ([code]) => code))(
    "%s refuses by name; allowed, it is left out and told",
    async (code, nodes, message) => {
      const iso = await isoWith(...nodes);
      const refused = write(iso, "-f", fileSystem);
      expect([refused.exitCode, refused.last.code]).toEqual([4, code]);
      expect(refused.last.message).toMatch(message);
      expect(refused.last.hint).toContain(`--allow ${code}`);
      expect(existsSync(target())).toBe(false);
      const allowed = write(iso, "-f", fileSystem, "--allow", code);
      expect(allowed.exitCode, allowed.err).toBe(0);
      const warning = allowed.events.find((each) => each.code === code);
      expect(warning).toMatchObject({ event: "warning" });
      expect(warning!.message).toMatch(/left out: /);
      expect(runProgram(["check", target(), "--iso", iso]).exitCode).toBe(0);
    },
  );
});

it("are told by verify and inspect, where they say nothing against the disc", async () => {
  const iso = await isoWith(file("nul", "x"), file("a", "x"), file("A", "y"));
  const { exitCode, out } = runProgram(["verify", iso, "--json"]);
  const { verdict, checks } = parseOutput<Checks>("verify", out);
  expect([exitCode, verdict]).toEqual([0, "intact"]);
  const names = checks.filter(({ id }) => id === "names");
  expect(names.map(({ status, code }) => [status, code])).toEqual([
    ["warn", "name-unsupported"],
    ["warn", "name-collision"],
  ]);
  const { warnings } = parseOutput<Warnings>("inspect", runProgram(["inspect", iso, "--json"]).out);
  expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(["name-unsupported", "name-collision"]));
});
