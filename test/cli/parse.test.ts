/** Command lines and what is understood of them. */
import { describe, expect, it } from "vitest";
import { parseWords } from "../../src/cli/parser.js";
import { parse } from "../../src/cli/parse.js";
import { allCommands } from "../../src/cli/table/program.js";

async function understood(line: string) {
  const parsed = await parse(line.split(" "));
  expect(parsed.kind, JSON.stringify(parsed)).toBe("run");
  return parsed.kind === "run" ? parsed.invocation : undefined;
}

describe("a command line", () => {
  const required = ["edition=Professional", "sp=1", "arch=x86"];
  it.each([
    "verify win7.iso --require edition=Professional,sp=1,arch=x86",
    "verify --require edition=Professional,sp=1 --require arch=x86 win7.iso",
    "verify --require=edition=Professional --require=sp=1,arch=x86 win7.iso",
    "verify win7.iso --require edition=Professional sp=1 arch=x86",
    "verify --require edition=Professional sp=1 arch=x86 win7.iso",
    "verify --require edition=Professional sp=1 arch=x86 -- win7.iso",
  ])("has lists before and after operands, repeated or with commas: %s", async (line) => {
    const invocation = await understood(line);
    expect(invocation).toEqual({
      command: "verify",
      operands: ["win7.iso"],
      options: { require: required, allow: [], record: [], bell: true },
    });
  });

  it.each([
    "write a.iso b.img --allow x64,rtm",
    "write --allow x64 rtm -- a.iso b.img",
    "write --allow x64 rtm a.iso b.img",
    "write --allow x64 a.iso --allow rtm b.img",
  ])("has known names in a list, and a path as an operand: %s", async (line) => {
    expect(await understood(line)).toEqual({
      command: "write",
      operands: ["a.iso", "b.img"],
      options: {
        filesystem: "auto",
        format: "auto",
        verify: true,
        record: [],
        bell: true,
        imageCheck: "auto",
        allow: ["x64", "rtm"],
        require: [],
        add: [],
        drivers: [],
      },
    });
  });

  it.each([
    ["write --label=--allow a.iso b.img", { label: "--allow" }],
    ["write -l x64 -yn -fntfs a.iso b.img", { label: "x64", yes: true, dryRun: true, filesystem: "ntfs" }],
    [
      "write a.iso b.img --size=8G --no-verify --only-changed --force --json",
      { size: 2 ** 33, verify: false, json: true },
    ],
  ])("has options as they are typed: %s", async (line, options) => {
    const invocation = await understood(line);
    expect(invocation?.operands).toEqual(["a.iso", "b.img"]);
    expect(invocation?.options).toMatchObject(options);
  });

  it("has a file of an item's name as a path", async () => {
    expect((await understood("verify --allow rtm ./x64"))?.operands).toEqual(["./x64"]);
    expect((await understood("verify --require sp=1 ./a=b.iso"))?.operands).toEqual(["./a=b.iso"]);
  });

  it.each([
    ["--help", null, true],
    ["-h", null, false],
    ["write --help", "write", true],
    ["write a.iso b.img -h", "write", false],
    ["write --frobnicate --help", "write", true],
    ["help", null, true],
    ["help verify", "verify", true],
  ])("asks for help: %s", async (line, command, isLong) => {
    const parsed = await parse(line.split(" "));
    expect(parsed).toMatchObject({ kind: "help", isLong });
    expect(parsed.kind === "help" && (parsed.command?.name ?? null)).toBe(command);
  });

  it.each([
    ["frobnicate", /unknown command 'frobnicate'/, null, null],
    ["help frobnicate", /unknown command 'frobnicate'/, null, null],
    ["verifi a.iso", /Did you mean verify/, null, null],
    ["verify a.iso --dep", /unknown option '--dep' \(Did you mean --deep\?\)/, "verify", null],
    ["verify", /missing required argument 'iso'/, "verify", null],
    ["inspect a.iso b.iso --json", /too many arguments/, "inspect", "object"],
    ["inspect a.iso -- --json", /too many arguments/, "inspect", null],
    ["write a.iso b.img --allow x64,anything", /--allow .*Allowed choices are x64, rtm/, "write", null],
    ["write a.iso b.img --size big --json", /--size .*Give a size such as 8G/, "write", "event"],
    ["write a.iso b.img --size big --json -yn", /Give a size/, "write", "object"],
    ["frobnicate --json", /unknown command/, null, "object"],
    ["write a.iso b.img -f ext4", /Allowed choices are auto, fat32, ntfs/, "write", null],
    ["write a.iso b.img --label", /argument missing/, "write", null],
  ])("is wrong: %s", async (line, message, command, json) => {
    const parsed = await parse(line.split(" "));
    expect(parsed).toMatchObject({ kind: "usage", message: expect.stringMatching(message), json });
    expect(parsed.kind === "usage" && (parsed.command?.name ?? null)).toBe(command);
  });

  it("asks for nothing", async () => {
    expect(await parse([])).toMatchObject({ kind: "usage", message: null, command: null });
  });
});

describe("an option that takes one value", () => {
  const cases = allCommands.flatMap(({ name, operands, options }) => {
    const words = [name, ...operands.map((operand) => operand.name)];
    return options.flatMap((spec) => {
      if (spec.kind === "flag" || spec.kind === "list" || spec.kind === "folders" || spec.kind === "files") return [];
      const [one, other] = {
        choice: spec.kind === "choice" ? spec.choices : [],
        size: ["8G", "16G"],
        count: ["1", "2"],
        text: ["a", "b"],
        file: ["a", "b"],
      }[spec.kind];
      const names = [`--${spec.long}`, spec.short === undefined ? `--${spec.long}` : `-${spec.short}`];
      return [
        { words: [...words, names[0]!, one!, names[1]!, other!], spec, values: `"${one}" and "${other}"` },
        { words: [...words, `--${spec.long}=${one}`, names[1]!, one!], spec, values: `"${one}" and "${one}"` },
      ];
    });
  });

  it("is told by its name when it is given twice, whichever it is", () => {
    expect(new Set(cases.map(({ spec }) => spec.long)).size).toBeGreaterThan(6);
    for (const { words, spec, values } of cases) {
      const message = `--${spec.long} takes one value and was given twice: ${values}`;
      expect(parseWords(words)).toEqual({ kind: "usage", message, lacksWord: false });
    }
  });

  it("is none of a list's or of folders'", async () => {
    const line = "write a.iso b.img --add x --add y --drivers x --drivers y --allow x64 --allow rtm -y -y";
    expect(await understood(line)).toMatchObject({ options: { add: ["x", "y"], allow: ["x64", "rtm"] } });
  });
});

describe("an empty path", () => {
  it.each([
    [["write", "a.iso", ""], /argument 'target' is empty/],
    [["write", "a.iso", "b.img", ""], /argument 'target' is empty/],
    [["write", "", "b.img"], /argument 'iso' is empty/],
    [["verify", ""], /argument 'iso' is empty/],
    [["inspect", ""], /argument 'iso\|folder' is empty/],
    [["check", ""], /argument 'target' is empty/],
    [["check", "b.img", "--iso", ""], /behind --iso is empty/],
    [["write", "a.iso", "b.img", "--answer-file="], /behind --answer-file is empty/],
    [["write", "a.iso", "b.img", "--add", "x", "--add", ""], /behind --add is empty/],
    [["write", "a.iso", "b.img", "--add", "=sources"], /behind --add is empty/],
    [["write", "a.iso", "b.img", "--drivers", ""], /behind --drivers is empty/],
  ])("%j is wrong usage", (words, message) => {
    expect(parseWords(words)).toMatchObject({ kind: "usage", message: expect.stringMatching(message) });
  });

  it("is none where a folder's name begins with a sign", () => {
    const options = { add: ["=x="], drivers: ["=x"] };
    expect(parseWords(["write", "a.iso", "b.img", "--add", "=x=", "--drivers", "=x"])).toMatchObject({ options });
  });
});

describe("an option in a value's place", () => {
  it.each([
    [["write", "a.iso", "b.img", "-l", "-n"], /-l needs a value, and -n is an option/],
    [["write", "a.iso", "b.img", "--label", "--dry-run"], /--label needs a value, and --dry-run is an option/],
    [["write", "a.iso", "--size", "--label=x", "b.img"], /--size needs a value, and --label=x is an option/],
    [["verify", "--require", "--deep", "a.iso"], /--require needs a value, and --deep is an option/],
  ])("%j is wrong usage, and nothing is taken for the value", (words, message) => {
    expect(parseWords(words)).toMatchObject({ kind: "usage", message: expect.stringMatching(message) });
  });

  it("is the value where both are joined", () => {
    expect(parseWords(["write", "a.iso", "b.img", "--label=-n"])).toMatchObject({ options: { label: "-n" } });
  });
});
