/** `--record` and `--map` by the built program: what is in a record, when it is written, and what it never replaces. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/record/index.js";
import { localIso } from "../../src/cli/record/local-time.js";
import { main } from "../../src/cli/main.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { parseOutput, requireSchema } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { runCommandLine } from "../support/command-line.js";
import { runProgram } from "../support/program.js";
import { onPty } from "../support/pty.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-record-"));
  await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const textOf = (name: string): string => readFileSync(path(name), "utf8");
const run = (...argv: string[]) => runProgram(argv, folder);

function recordIn(name: string): RunRecord & { readonly record: string } {
  const record = JSON.parse(textOf(name)) as RunRecord & { readonly record: string };
  requireSchema("record", record);
  return record;
}

/** As many characters of what was told, without its line breaks. */
const firstWords = (out: string, { length }: string): string => out.replaceAll(/\n */g, " ").slice(0, length);

/** Hidden names that were not taken away. */
const leftovers = (): string[] => readdirSync(folder).filter((name) => name.startsWith("."));

describe("a record of a write", () => {
  it("has the image, the file, options, times and verdict, in each format", () => {
    const files = ["w.html", "w.json", "w.txt"].flatMap((name) => ["--record", name]);
    const { exitCode, err } = run("write", "win7.iso", "usb.img", "-f", "ntfs", "--label", "BENCH", ...files);
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/record: w\.html\nrecord: w\.json\nrecord: w\.txt\n$/)]);
    const record = recordIn("w.json");
    expect(record).toMatchObject({ record: "write", exitCode: 0 });
    expect(record.verdicts).toEqual([
      { tone: "good", word: "done", sentence: "usb.img written and verified", hint: null },
    ]);
    expect(record.options).toEqual([
      { name: "filesystem", value: "ntfs" },
      { name: "label", value: "BENCH" },
    ]);
    expect(record.images[0]).toMatchObject({ path: "win7.iso", edition: "Professional", servicePack: 1, known: null });
    expect(record.targets[0]).toMatchObject({ path: "usb.img", kind: "image-file", verified: true });
    expect(record.targets[0]!.disk).toMatchObject({ fileSystem: "NTFS", label: "BENCH", files: 30 });
    const { sha256 } = record.targets[0]!;
    expect([err.includes(sha256!), textOf("w.html").includes(sha256!), textOf("w.txt").includes(sha256!)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(record.images[0]!.hashes.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(Date.parse(record.ended) - Date.parse(record.started)).toBe(record.elapsedMs);
    expect(leftovers()).toEqual([]);
  });

  it("has what was seen until it failed", () => {
    const { exitCode } = run("write", "win7.iso", "usb.img", "--record", "exists.json");
    expect(exitCode).toBe(5);
    const record = recordIn("exists.json");
    expect([record.exitCode, record.targets[0]!.verified]).toEqual([5, null]);
    expect(record.verdicts).toMatchObject([{ tone: "bad", word: "failed", sentence: "usb.img exists already" }]);
    expect(record.images[0]!.volumeLabel).toBe("GSP1RMCPRFRER_EN_DVD");
    const missing = run("write", "none.iso", "new.img", "--record", "missing.json");
    expect([missing.exitCode, recordIn("missing.json").images[0]]).toEqual([
      3,
      expect.objectContaining({ size: null }),
    ]);
  });

  it("has what was seen until it was interrupted", async () => {
    const terminal = {
      ...fakeTerminal(),
      onInterrupt(listener: () => void) {
        listener();
        return () => undefined;
      },
    };
    expect(await main(["write", path("win7.iso"), path("stop.img"), "--record", path("stop.json")], terminal)).toBe(
      130,
    );
    const record = recordIn("stop.json");
    expect(record.verdicts).toMatchObject([{ tone: "warning", word: "interrupted" }]);
    expect([record.exitCode, record.targets[0]!.verified, existsSync(path("stop.img"))]).toEqual([130, null, false]);
  });

  it("has no product key of an answer file", () => {
    const key = "BCDFG-HJKMP-QRTVW-XY234-6789B";
    writeFileSync(
      path("answers.xml"),
      `<?xml version="1.0"?><unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="windowsPE"><component name="Microsoft-Windows-Setup" processorArchitecture="x86" publicKeyToken="31bf3856ad364e35" language="neutral" versionScope="nonSxS"><UserData><ProductKey><Key>${key}</Key></ProductKey></UserData></component></settings></unattend>`,
    );
    const files = ["k.html", "k.json", "k.txt"].flatMap((name) => ["--record", name]);
    const unproved = ["--image-check", "none", "--no-verify"];
    const { exitCode, err } = run("write", "win7.iso", "k.img", "--answer-file", "answers.xml", ...unproved, ...files);
    expect(exitCode, err).toBe(0);
    expect(recordIn("k.json").targets[0]!.disk!.edits).toEqual(["answer-file"]);
    for (const name of ["k.html", "k.json", "k.txt"]) expect(textOf(name)).not.toContain("HJKMP");
  });
});

describe("a record of a verification", () => {
  it("has the verdict in the words of the command, and all images of several", () => {
    const { exitCode, out } = run("verify", "win7.iso", "--record", "v.json");
    const record = recordIn("v.json");
    const [verdict] = record.verdicts;
    expect([exitCode, `${verdict!.word}: ${verdict!.sentence}`]).toEqual([
      0,
      firstWords(out, `${verdict!.word}: ${verdict!.sentence}`),
    ]);
    const several = run("verify", "win7.iso", "none.iso", "--record", "several.json");
    const told = recordIn("several.json");
    expect([several.exitCode, told.images.length]).toEqual([3, 2]);
    expect(told.verdicts.map(({ tone }) => tone)).toEqual(["good", "bad"]);
  });

  it("says what is not met", () => {
    const { exitCode } = run("verify", "win7.iso", "--require", "edition=Ultimate", "--record", "unmet.json");
    const record = recordIn("unmet.json");
    expect([exitCode, record.verdicts[0]]).toEqual([
      4,
      expect.objectContaining({ tone: "warning", word: "Unsuitable" }),
    ]);
    expect(record.images[0]!.findings[0]).toMatch(/^not met: edition=Ultimate/);
  });
});

describe("a record of a check", () => {
  it("names what differs, and where it is in the picture", () => {
    const stick = readFileSync(path("usb.img"));
    const clean = run("check", "usb.img", "--record", "c.json");
    expect([clean.exitCode, recordIn("c.json").targets[0]!.map!.differing]).toEqual([0, []]);
    // The partition table.
    stick[450]! ^= 1;
    writeFileSync(path("changed.img"), stick);
    const { exitCode, out } = run("check", "changed.img", "--record", "c.json", "--record", "c.html");
    const record = recordIn("c.json");
    const [verdict] = record.verdicts;
    const words = `${verdict!.word}: ${verdict!.sentence}`;
    expect([exitCode, words]).toEqual([7, firstWords(out, words)]);
    const [target] = record.targets;
    expect(target!.mismatches).toMatchObject([{ cause: "damaged" }]);
    // A manifest tells it to within its unit, which is all of what the picture calls the master boot record.
    expect(target!.map!.differing).toEqual(Array.from({ length: target!.map!.groups[0]!.cells }, (_, cell) => cell));
    expect(target!.origin).toMatchObject({ volumeLabel: "GSP1RMCPRFRER_EN_DVD" });
    expect(textOf("c.html")).toContain("damaged (1.00 MiB at byte 0)");
  });
});

type Failure = { readonly code: string; readonly message: string };

describe("the file of a record", () => {
  async function refused(name: string, ...more: string[]) {
    const before = existsSync(path(name)) ? textOf(name) : null;
    const argv = ["write", "win7.iso", "never.img", "--json", "--record", name, ...more];
    // One for the built program, which is all the same in what follows.
    const { exitCode, out } = name === "x.pdf" ? run(...argv) : await runCommandLine(argv, folder);
    const last = JSON.parse(out.trim().split("\n").at(-1)!) as Failure & { readonly error?: Failure };
    const failure = last.error ?? last;
    expect([exitCode, failure.code, existsSync(path("never.img"))]).toEqual([2, "usage", false]);
    expect(existsSync(path(name)) ? textOf(name) : null).toBe(before);
    expect(leftovers()).toEqual([]);
    return failure.message;
  }

  it("has the ending of a format, and a folder that is there", async () => {
    expect(await refused("x.pdf")).toContain("none of the endings");
    expect(await refused("none/x.json")).toContain("cannot be written");
    expect(await refused("x.json", "--dry-run")).toContain("nothing to record");
  });

  it("replaces an earlier record, and nothing else", async () => {
    writeFileSync(path("notes.txt"), "mine\n");
    writeFileSync(path("empty.json"), "");
    expect(await refused("notes.txt")).toBe("notes.txt is there and no record, and is not replaced by one");
    expect(run("verify", "win7.iso", "--record", "empty.json", "--record", "w.txt").exitCode).toBe(0);
    expect([recordIn("empty.json").record, textOf("w.txt").startsWith("win7usb record: verify")]).toEqual([
      "verify",
      true,
    ]);
  });

  it.skipIf(process.platform === "win32")("is no link, and not what is read or made", async () => {
    symlinkSync(path("victim.json"), path("link.json"));
    expect(await refused("link.json")).toContain("is a link");
    expect(existsSync(path("victim.json"))).toBe(false);
    symlinkSync(path("win7.iso"), path("iso.html"));
    expect(await refused("iso.html")).toContain("itself");
    expect(await refused("w.json", "--record", "./w.json")).toContain("itself");
    mkdirSync(path("extras"));
    expect(await refused("extras/x.json", "--add", "extras")).toContain("goes onto the stick");
  });

  it("is not left behind by wrong usage", () => {
    expect(run("check", "usb.img", "--label", "X", "--record", "usage.json").exitCode).toBe(2);
    expect([existsSync(path("usage.json")), leftovers()]).toEqual([false, []]);
  });
});

describe("--map", () => {
  it("of a dry run, a write and a check shows the same disk", () => {
    const dry = run("write", "win7.iso", "m.img", "--dry-run", "--map");
    const write = run("write", "win7.iso", "m.img", "--map", "--image-check", "none");
    const check = run("check", "m.img", "--iso", "win7.iso", "--map");
    const json = run("check", "m.img", "--map", "--json");
    parseOutput("check", json.out);
    expect([dry.exitCode, write.exitCode, check.exitCode, json.exitCode]).toEqual([0, 0, 0, 0]);
    expect(dry.out).toContain("free space");
    const legend = (text: string): string => text.slice(text.indexOf("master boot record"), text.indexOf("free space"));
    expect(legend(write.err)).toBe(legend(dry.out));
    expect(legend(check.out)).toBe(legend(dry.out));
    expect(json.err).toContain("free space");
  });

  it.skipIf(!judge("python3")).each([
    [80, "C"],
    [132, "C"],
    [132, "C.UTF-8"],
  ])("at a terminal of %i columns with LC_ALL=%s is as it was", async (columns, locale) => {
    const environment = { LC_ALL: locale, NO_COLOR: "1" };
    const words = ["write", "win7.iso", "t.img", "--dry-run", "--map"];
    const { exitCode, shown } = await onPty(words, { folder, columns, environment });
    expect(exitCode).toBe(0);
    const text = shown.replaceAll("\r\n", "\n");
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(columns);
    await expect(text).toMatchFileSnapshot(`screens/map-${columns}-${locale}.txt`);
  });
});

it.each([
  [0, 0, "1970-01-01T00:00:00.000+00:00"],
  [0, -330, "1970-01-01T05:30:00.000+05:30"],
  [1_764_400_000_123, 210, "2025-11-29T03:36:40.123-03:30"],
])("%i ms, %i minutes behind UTC, is %s", (ms, behind, text) => expect(localIso(ms, behind)).toBe(text));
