/**
 * Wine's setupapi as Windows 7 reads the INFs that we generate: sections, lines and fields, the install section that is
 * taken, which files it copies and from where. Wine 8 knows no versions in the names of models sections, and of several
 * files of one disk it puts the folders behind each other: those two it cannot judge. It is a 64-bit one, so endings are
 * those of amd64.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installEndings } from "../../src/drivers/inf/decoration.js";
import { Inf } from "../../src/drivers/inf/inf.js";
import { installationOf } from "../../src/drivers/inf/install.js";
import { SourceFiles } from "../../src/drivers/inf/source-files.js";
import { windows7On } from "../../src/drivers/index.js";
import { generatedInf } from "../support/generated-infs.js";
import { judge } from "../support/judges.js";
import { rounds } from "../support/sample.js";
import type { WinePrefix } from "../support/wine.js";
import { startPrefix, windowsPath } from "../support/wine.js";

const compiler = "x86_64-w64-mingw32-gcc";
const canRun = [judge("wine"), judge(compiler)].every(Boolean);
const target = windows7On("amd64");
const count = rounds(2000, 150);

type Judged = {
  readonly error?: number;
  readonly sections: Readonly<Record<string, readonly (readonly (string | null)[])[]>>;
  readonly install: string;
  /** Source, target, folder of the source's disk; the last is null for a file that no section lists. */
  readonly files: readonly (readonly [string, string, string | null, string | null])[];
};

let folder = "";
let prefix: WinePrefix | undefined;
let judged: Judged[] = [];

/** ANSI, and UTF-16 with a mark, in turn. */
const bytesOf = (text: string, index: number): Uint8Array =>
  index % 3 === 0 ? Buffer.from(`\ufeff${text}`, "utf16le") : Buffer.from(text, "latin1");

beforeAll(() => {
  if (!canRun) return;
  folder = mkdtempSync(join(tmpdir(), "win7usb-setupapi-"));
  const source = join(import.meta.dirname, "inf-judge", "inf-judge.c");
  const program = join(folder, "inf-judge.exe");
  execFileSync(compiler, ["-municode", "-O1", "-o", program, source, "-lsetupapi"]);
  const lines = Array.from({ length: count }, (_, index) => {
    const { text, install } = generatedInf(index);
    writeFileSync(join(folder, `${index}.inf`), bytesOf(text, index));
    return `${windowsPath(join(folder, `${index}.inf`))}\t${install}\r\n`;
  });
  writeFileSync(join(folder, "list.txt"), Buffer.from(lines.join(""), "utf16le"));
  prefix = startPrefix(folder, "win7");
  prefix.run("wine", [program, windowsPath(join(folder, "list.txt")), windowsPath(join(folder, "out.json"))]);
  const text = readFileSync(join(folder, "out.json"), "utf8");
  judged = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Judged);
});
afterAll(() => {
  prefix?.stop();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

/** As setupapi counts fields: 0 is the key, which is the value where a line is nothing else. */
function fieldsOf(inf: Inf, section: string): (string | null)[][] {
  return inf.lines(section).map(({ key, values }) => {
    if (key !== null) return [key, ...values];
    return values.length === 1 ? [values[0]!, values[0]!] : [null, ...values];
  });
}

/** What is not closed ends with its line; Wine takes a carriage return for a part of it. */
const withoutReturns = (sections: Judged["sections"]): Judged["sections"] =>
  JSON.parse(JSON.stringify(sections).replaceAll(String.raw`\r"`, '"')) as Judged["sections"];

const plainPath = (path: string): string =>
  path
    .split(/[\\/]/)
    .filter((name) => name !== "")
    .join("/")
    .toLowerCase();
const nameOf = (path: string): string => path.slice(path.lastIndexOf("\\") + 1);
const directories: Readonly<Record<string, string>> = {
  "10": "C:\\windows",
  "11": "C:\\windows\\system32",
  "12": "C:\\windows\\system32\\drivers",
};

/** `system32\drivers` of `12`, and what is below it. */
function directoryPath(directory: string): string {
  const [number = "", ...below] = directory.split("\\");
  return plainPath([directories[number], ...below].join("\\"));
}

describe.skipIf(!canRun)("generated INFs", () => {
  it("are all judged", () => {
    expect(judged).toHaveLength(count);
    expect(judged.filter(({ files }) => files?.length > 0).length).toBeGreaterThan(count / 4);
  });

  it("have the sections, lines and fields that setupapi reads", () => {
    for (const [index, { error, sections }] of judged.entries()) {
      const { text } = generatedInf(index);
      // None of them is beyond either: what is generated is odd, and an INF all the same.
      expect(error, `INF ${index}:\n${text}`).toBeUndefined();
      const inf = new Inf(bytesOf(text, index));
      const own = Object.fromEntries(inf.sectionNames.map((name) => [name, fieldsOf(inf, name)]));
      expect(own, `INF ${index}:\n${text}`).toEqual(withoutReturns(sections));
    }
  });

  it("take the install section that setupapi takes, and its files from where it does", () => {
    for (const [index, { install: taken, files }] of judged.entries()) {
      const { text, install, isPlain } = generatedInf(index);
      const inf = new Inf(bytesOf(text, index));
      const ending = installEndings(target).find((each) => inf.has(install + each));
      expect((install + (ending ?? "")).toLowerCase(), `INF ${index}:\n${text}`).toBe(taken.toLowerCase());
      const places = new SourceFiles(inf, target);
      const own = installationOf(inf, [install], target).files.map(({ source, name, directory }) => ({
        source: source.toLowerCase(),
        target: `${directoryPath(directory!)}/${name.toLowerCase()}`,
        place: isPlain ? places.placeOf(source).path.toLowerCase() : null,
      }));
      const theirs = files.map(([source, target_]) => ({
        source: nameOf(source).toLowerCase(),
        target: plainPath(target_),
        place: isPlain ? plainPath(source.slice(windowsPath(folder).length)) : null,
      }));
      const byTarget = (list: typeof own) => list.toSorted((a, b) => (a.target < b.target ? -1 : 1));
      expect(byTarget(own), `INF ${index}:\n${text}`).toEqual(byTarget(theirs));
      for (const [source, , disk] of files) {
        const { path, isListed } = places.placeOf(nameOf(source));
        if (isPlain || disk === null) continue;
        expect(isListed, `INF ${index}, ${source}:\n${text}`).toBe(true);
        expect(path.toLowerCase(), `INF ${index}:\n${text}`).toBe(plainPath(`${disk}\\${nameOf(source)}`));
      }
    }
  });
});
