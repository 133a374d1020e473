/** Hints name options that the command has, and none of another command. */
import { describe, expect, it } from "vitest";
import { checkWarning, hintFor } from "../../src/cli/hints.js";
import { imageRefusals, nameRefusals, targetRefusals, wholenessRefusals } from "../../src/cli/table/refusals.js";
import { editRefusals } from "../../src/cli/table/edits.js";
import { exitCodes } from "../../src/errors.js";
import { main } from "../../src/cli/main.js";
import { fakeTerminal } from "../support/fake-terminal.js";

const codes = Object.keys(exitCodes);
const data = [{}, { fileSystem: "fat32" }, { choice: "size" }, { choice: "onlyChanged" }];

describe("a hint", () => {
  it.each(["write", "verify", "check", "inspect", "drives"])(
    "of %s names options of that command alone",
    async (command) => {
      const terminal = fakeTerminal();
      await main([command, "--help"], terminal);
      const help = terminal.shown.out;
      for (const code of [...codes, "altered"]) {
        for (const each of data) {
          const hint = hintFor({ code, hint: "Take another.", data: each }, command) ?? "";
          for (const [option] of hint.matchAll(/--[a-z-]+/g)) expect(help, `${code}: ${hint}`).toContain(option);
        }
      }
    },
  );

  it.each([
    ["write", [...imageRefusals, ...wholenessRefusals, ...nameRefusals, ...editRefusals, ...targetRefusals]],
    ["verify", [...imageRefusals, ...wholenessRefusals, "altered"]],
  ] as const)("of %s says how to lift a refusal that can be lifted", (command, refusals) => {
    for (const code of refusals) {
      const hint = hintFor({ code, hint: "Take the x86 (32-bit) image." }, command);
      expect(hint).toBe(`Take the x86 (32-bit) image, or allow this one with --allow ${code}.`);
    }
  });

  it.each([
    [{ code: "file-too-large" }, "Use --filesystem ntfs."],
    [{ code: "target-exists" }, "Choose another name, or replace it with --force."],
    [{ code: "target-exists", hint: "It stays at .a.", data: { kept: ".a" } }, "It stays at .a."],
    [{ code: "directory-too-large" }, "Use --filesystem ntfs."],
    [{ code: "name-collision", data: { fileSystem: "fat32" } }, "Use --filesystem ntfs, which needs no short names."],
    [
      { code: "name-collision", hint: "Rename one of them." },
      "Rename one of them, or allow this one with --allow name-collision.",
    ],
    [{ code: "name-unsupported", hint: "Rename the file.", data: { path: "üñ.inf" } }, "Rename the file."],
    [
      { code: "name-unsupported", hint: "Rename them in the image.", data: { paths: ["aux.txt"] } },
      "Rename them in the image, or allow this one with --allow name-unsupported.",
    ],
    [{ code: "target-exists" }, "Choose another name, or replace it with --force."],
    [{ code: "usage", data: { choice: "size" } }, "Leave --size out for a drive."],
    [{ code: "usage", data: { choice: "onlyChanged" } }, "Leave --only-changed out for an image file or a stream."],
    [{ code: "system-disk", hint: "Choose another drive." }, "Choose another drive."],
    [{ code: "no-space" }, undefined],
  ])("of write for %j is %j", (failure, hint) => expect(hintFor(failure, "write")).toBe(hint));

  it("of a size that is too small is the size that is needed", () => {
    const failure = { code: "too-small", hint: "Use a larger drive.", data: { needed: 200, available: 100 } };
    expect(hintFor(failure, "write", 100)).toMatch(/^Give --size 200,/);
    expect(hintFor(failure, "write")).toBe("Use a larger drive.");
    // FAT32 itself holds no more.
    expect(hintFor(failure, "write", 50)).toBe("Use a larger drive.");
  });
});

describe("a warning of check", () => {
  const absent = { code: "manifest-absent", message: "stick: it has no manifest" };
  it("names --iso where there is nothing to compare with", () => {
    expect(checkWarning(absent, false).message).toMatch(/^stick: it has no manifest; --iso <iso> compares/);
  });
  it("is left as it is otherwise", () => {
    expect(checkWarning(absent, true)).toBe(absent);
    const mounted = { code: "mounted", message: "it is mounted" };
    expect(checkWarning(mounted, false)).toBe(mounted);
  });
});
