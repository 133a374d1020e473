/** What comes from the table of commands is as `npm run generate` writes it, and what it is for can read it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allCommands } from "../../src/cli/table/program.js";
import { fieldsPage, generatedFiles } from "../../tools/generated.js";
import { withTables } from "../../tools/readme.js";
import { judge } from "../support/judges.js";

const root = join(import.meta.dirname, "..", "..");
const files = generatedFiles(root);

describe("generated files", () => {
  it.each([...files])("%s is not stale: npm run generate", (path, text) => {
    expect(readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n")).toBe(text);
  });

  it("of a README without markers are refused", () => expect(() => withTables("# win7usb\n")).toThrow(/no place/));

  it.each(allCommands)("of $name name every option", ({ name, options }) => {
    for (const [path, text] of files) {
      if (path === fieldsPage) continue;
      if (path !== "README.md" || options.length > 0) expect(text, path).toContain(name);
      for (const { long } of options)
        expect(text.replaceAll("\\-", "-"), path).toMatch(new RegExp(`(?:--|-l )${long}`));
    }
  });
});

describe("judges", () => {
  for (const [command, ...args] of [
    ["bash", "-n", "completions/win7usb.bash"],
    ["zsh", "-n", "completions/_win7usb"],
    ["fish", "-n", "completions/win7usb.fish"],
    ["mandoc", "-Tlint", "-Wwarning", "docs/win7usb.1"],
    ["groff", "-man", "-ww", "-z", "-Tutf8", "docs/win7usb.1"],
  ] as const) {
    it.skipIf(!judge(command))(`${command} ${args.join(" ")} says nothing`, () => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
      expect([status, stdout, stderr]).toEqual([0, "", ""]);
    });
  }

  it.skipIf(!judge("bash")).each([
    ["wri", ["write"]],
    ["verify --req", ["--require"]],
    ["write a.iso -f nt", ["ntfs"]],
    ["write a.iso --filesystem=fa", ["fat32"]],
    ["verify --allow x64,rt", ["x64,rtm"]],
    ["verify a.iso --require gen", ["genuine"]],
    ["completion ", ["bash", "zsh", "fish", "powershell"]],
    ["inspect package.js", ["package.json"]],
    ["check --iso package-lo", ["package-lock.json"]],
    ["drives --", ["--all", "--json", "--quiet", "--log", "--help"]],
  ])("bash completes win7usb %s", (line, expected) => {
    const words = `win7usb ${line}`.split(/ |(=)/).filter((word) => word !== undefined);
    const script = `source completions/win7usb.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _win7usb; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync("bash", ["-c", script, "bash", ...words], { cwd: root, encoding: "utf8" });
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
  });

  it.skipIf(!judge("fish")).each([
    ["wri", ["write"]],
    ["write a.iso -f nt", ["ntfs"]],
    ["verify --allow x64,rt", ["x64,rtm"]],
    ["verify --require gen", ["genuine"]],
    ["inspect package.js", ["package.json"]],
  ])("fish completes win7usb %s", (line, expected) => {
    const script = `source completions/win7usb.fish; complete -C 'win7usb ${line}'`;
    const { stdout } = spawnSync("fish", ["--no-config", "-c", script], { cwd: root, encoding: "utf8" });
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((each) => each.split("\t")[0]),
    ).toEqual(expected);
  });
});
