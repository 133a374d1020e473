/** Lists as people type them, and as bash completes them. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bashCompletion } from "../../src/cli/completion/bash.js";
import { parse } from "../../src/cli/parse.js";

async function listOf(option: "require" | "allow", ...argv: string[]): Promise<unknown> {
  const parsed = await parse(["verify", "win7.iso", ...argv]);
  return parsed.kind === "run" ? [parsed.invocation.operands, (parsed.invocation.options as never)[option]] : parsed;
}

describe("a list", () => {
  const both = [["win7.iso"], ["edition=Pro", "sp=1"]];
  it.each([
    ["--require", "edition=Pro,sp=1"],
    ["--require", "edition=Pro, sp=1"],
    ["--require", "edition=Pro,", "sp=1"],
    ["--require", "edition=Pro", ",", "sp=1"],
    ["--require", "edition=Pro", "sp=1,"],
    ["--require", " edition=Pro ,, sp=1 ,"],
    ["--require=edition=Pro,", "--require", "sp=1"],
  ])("%s %s %s %s", async (...argv) => expect(await listOf("require", ...argv)).toEqual(both));

  it("of names is taken the same way", async () => {
    expect(await listOf("allow", "--allow", "x64,", "rtm", ",")).toEqual([["win7.iso"], ["x64", "rtm"]]);
    expect(await listOf("allow", "--allow", "X64 , rtm")).toEqual([["win7.iso"], ["x64", "rtm"]]);
  });

  it.each(["", ",", " , "])("of nothing (%j) is refused", async (text) => {
    expect(await listOf("allow", "--allow", text)).toMatchObject({ kind: "usage" });
    expect(await listOf("require", `--require=${text}`)).toMatchObject({ kind: "usage" });
  });
});

const hasBash = spawnSync("bash", ["-c", "type complete compgen"]).status === 0;

/** What bash offers for its last word; `line` as bash breaks it. */
function offered(words: readonly string[]): string[] {
  const script = `${bashCompletion()}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _win7usb
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
  return stdout.split("\n").filter((text) => text !== "");
}

describe.skipIf(!hasBash)("bash completes", () => {
  const verify = ["win7usb", "verify", "win7.iso"];
  it.each<[string[], string[]]>([
    [
      ["--require", "edition", "="],
      ["Starter", "HomeBasic", "HomePremium", "Professional", "Enterprise", "Ultimate"],
    ],
    [["--require", "edition", "=", "Pro"], ["Professional"]],
    [["--require", "=", "edition", "=", "Pro"], ["Professional"]],
    [
      ["--require", "edition", "=", "Pro,sp"],
      ["Pro,sp=0", "Pro,sp=1"],
    ],
    [
      ["--require", "edition", "=", "Pro,sp", "="],
      ["0", "1"],
    ],
    [
      ["--require", "edition=Pro,ar"],
      ["edition=Pro,arch=x86", "edition=Pro,arch=x64"],
    ],
    [["--require", "gen"], ["genuine"]],
    [["--allow", "x64,rt"], ["x64,rtm"]],
    [["--allow", "=", "rt"], ["rtm"]],
    [["--de"], ["--deep"]],
  ])("%j with %j", (words, expected) => expect(offered([...verify, ...words])).toEqual(expected));

  it("a choice behind its option, joined or not", () => {
    expect(offered(["win7usb", "write", "-f", "nt"])).toEqual(["ntfs"]);
    expect(offered(["win7usb", "write", "--filesystem", "=", "nt"])).toEqual(["ntfs"]);
    expect(offered(["win7usb", "write", "--filesystem", "="])).toEqual(["auto", "fat32", "ntfs"]);
    expect(offered(["win7usb", "ver"])).toEqual(["verify"]);
  });
});
