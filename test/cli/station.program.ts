/** What a station refuses before anything happens, and reports of journals as the program tells them. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeLine, type JournalLine } from "../../src/station/journal-line.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput, requireSchema } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";
import { journalLine } from "../support/station-sticks.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-station-"));
  await writeDemoImage(folder);
  await writeDemoImage(folder, { architecture: "x64" }, "x64.iso");
});
afterAll(() => rmSync(folder, { recursive: true }));

const bad = journalLine({
  stick: "failed",
  drive: { ...journalLine().drive, serial: "\u001b[31mBAD<b>", port: "2-4" },
  verified: null,
  readBack: null,
  error: { code: "fake-capacity", message: "/dev/sde holds 4.00 GiB" },
});
const slow = journalLine({
  drive: { ...journalLine().drive, serial: "SLOW" },
  slow: [{ pass: "write", bytesPerSecond: 2_202_009, twins: 18_874_368 }],
});
const unwanted = journalLine({
  stick: "refused",
  drive: { ...journalLine().drive, serial: "HOLIDAY" },
  began: null,
  verified: null,
  write: null,
  readBack: null,
  error: { code: "has-data", message: "holds FAT32 with LETTER.TXT" },
});
const all: readonly JournalLine[] = [journalLine(), bad, slow, unwanted, journalLine()];

type Refused = { readonly words: readonly string[]; readonly code: number; readonly says: RegExp };

describe("a station", () => {
  const refused: readonly Refused[] = [
    { words: ["win7.iso"], code: 2, says: /needs an answer, and there is no terminal/ },
    { words: ["win7.iso", "--take", "any"], code: 2, says: /erasing whatever sticks/ },
    { words: ["win7.iso", "--yes", "--stop-after", "0"], code: 2, says: /0 sticks makes none/ },
    { words: ["win7.iso", "--yes", "--take", "all"], code: 2, says: /empty, ours, any/ },
    { words: ["win7.iso", "--yes", "--allow", "fixed-disk"], code: 2, says: /Allowed choices are/ },
    { words: ["none.iso", "--yes"], code: 3, says: /none\.iso/ },
    { words: ["x64.iso", "--yes"], code: 4, says: /--allow x64/ },
    { words: ["win7.iso", "--yes", "--edition", "Enterprise"], code: 4, says: /Enterprise/ },
    { words: ["win7.iso", "--yes", "--journal", "win7.iso"], code: 2, says: /no journal of a station/ },
    { words: ["win7.iso", "--yes", "--journal", "none/x.jsonl"], code: 2, says: /cannot be written/ },
    { words: ["win7.iso", "--yes", "--journal", "link.jsonl"], code: 2, says: /is a link/ },
  ];

  it.each(sample(refused, 5, ({ code }) => code))(
    "$words is told before a stick is looked at",
    ({ words, code, says }) => {
      symlinkSync("win7.iso", join(folder, "link.jsonl"));
      try {
        const before = readFileSync(join(folder, "win7.iso"));
        const { exitCode, err, out } = runProgram(["station", ...words, "--json"], folder);
        expect(err.replaceAll(/\s+/g, " ")).toMatch(says);
        expect(exitCode).toBe(code);
        const last = JSON.parse(out.trim().split("\n").at(-1)!) as { event: string };
        expect(last.event).toBe("error");
        requireSchema("station-event", last);
        expect(readFileSync(join(folder, "win7.iso")).equals(before)).toBe(true);
      } finally {
        rmSync(join(folder, "link.jsonl"));
      }
    },
  );
});

describe("a report", () => {
  const journal = (text: string): string => {
    const path = join(folder, "sticks.jsonl");
    writeFileSync(path, text);
    return path;
  };

  it("has a table of models and of sticks, what failed and what is slow", () => {
    const { exitCode, out, err } = runProgram(["report", journal(all.map(encodeLine).join(""))], folder);
    expect([exitCode, err]).toEqual([0, ""]);
    expect(out).toMatch(/^3 done, 1 failed, 1 not taken: 2026-11-29 08:00 to 2026-11-29 08:05 \(UTC\)\n/);
    expect(out).toMatch(/^SanDisk Ultra +31\.9 GB +3 +3 +1 +18 MiB\/s +28 MiB\/s$/m);
    expect(out).toMatch(/failed: \\u001b\[31mBAD<b>: \/dev\/sde holds/);
    expect(out).toMatch(/slow: SLOW writes 2\.1 MiB\/s, its twins 18\n/);
    // A program that reads it finds each stick in one line.
    expect(out).toMatch(/^4C53 +SanDisk Ultra +done, 2 times +18 MiB\/s +28 MiB\/s$/m);
  });

  it("is an object for scripts", () => {
    const { out } = runProgram(["report", journal(all.map(encodeLine).join("")), "--json"], folder);
    const report = parseOutput<{
      counts: Record<string, number>;
      sticks: { times: number; drive: { serial: string } }[];
    }>("report", out);
    expect(report.counts).toEqual({ done: 3, failed: 1, pulled: 0, interrupted: 0, refused: 1 });
    expect(report.sticks.map(({ drive, times }) => [drive.serial, times])).toContainEqual(["4C53", 2]);
  });

  it("leaves out a line that a power cut has torn, and one that somebody has spoilt, and says so", () => {
    const path = journal(`${encodeLine(all[0]!)}{"schema":1,"stick":"done"}\n${encodeLine(all[1]!)}`);
    appendFileSync(path, encodeLine(all[2]!).slice(0, 100));
    const { exitCode, out, err } = runProgram(["report", path], folder);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^1 done, 1 failed/);
    expect(err.replaceAll(/\s+/g, " ")).toMatch(/1 line cannot be read and is left out \(2\).*the last line is torn/);
  });

  it("is a page, which replaces an earlier one and nothing else", () => {
    const path = journal(all.map(encodeLine).join(""));
    for (const _ of [1, 2]) {
      const { exitCode, err } = runProgram(["report", path, "--page", "sticks.html"], folder);
      expect([exitCode, err]).toEqual([0, "page: sticks.html\n"]);
    }
    const page = readFileSync(join(folder, "sticks.html"), "utf8");
    expect(page).toMatch(/<svg class="plot"/);
    expect(page).toContain("BAD&lt;b&gt;");
    expect(page).not.toContain("<b>BAD");
    expect(page).not.toContain("\u001b");
    writeFileSync(join(folder, "mine.html"), "<p>mine");
    expect(runProgram(["report", path, "--page", "mine.html"], folder).exitCode).toBe(2);
    expect(readFileSync(join(folder, "mine.html"), "utf8")).toBe("<p>mine");
    expect(runProgram(["report", path, "--page", "sticks.pdf"], folder).exitCode).toBe(2);
  });

  it.each([
    ["none.jsonl", 3, /there is no journal/],
    ["win7.iso", 2, /no journal of a station/],
    [".", 2, /is no file/],
  ])("of %s is refused", (path, code, says) => {
    const { exitCode, err } = runProgram(["report", path], folder);
    expect(err).toMatch(says);
    expect(exitCode).toBe(code);
  });

  it("of a journal without a stick says that", () => {
    const path = journal("");
    truncateSync(path, 4096);
    expect(runProgram(["report", path], folder).out).toBe("no stick yet\n");
  });
});
