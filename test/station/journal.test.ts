/** A journal that is cut anywhere, as a power cut does: what is before the cut is true, and what comes after it is a line again. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal, readJournalFile } from "../../src/station/journal-file.js";
import { encodeLine, readJournal, type JournalLine } from "../../src/station/journal-line.js";
import { requireSchema } from "../support/json-output.js";
import { journalLine } from "../support/station-sticks.js";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-journal-"));
  path = join(folder, "sticks.jsonl");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Serial numbers are foreign text, with line feeds and what else steers. */
const lines = fc.array(
  fc
    .string({ unit: "grapheme", maxLength: 12 })
    .map((serial) => journalLine({ drive: { ...journalLine().drive, serial } })),
  { minLength: 1, maxLength: 5 },
);
const bytesOf = (all: readonly JournalLine[]): Buffer => Buffer.from(all.map(encodeLine).join(""));

describe("a journal", () => {
  it("gives back its lines, each of which is what the schema says", () => {
    fc.assert(
      fc.property(lines, (all) => {
        const { lines: found, unreadable, tornBytes } = readJournal(bytesOf(all));
        expect([found, unreadable, tornBytes]).toEqual([all, [], 0]);
        for (const line of found) requireSchema("journal-line", line);
      }),
    );
  });

  it("that is cut at any byte, or filled with zeros from there, is whole up to there and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.nat(), fc.nat(200), async (all, place, zeros) => {
        const bytes = bytesOf(all);
        const cut = place % (bytes.length + 1);
        writeFileSync(path, Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(zeros)]));
        const whole = all.filter((_, index) => bytesOf(all.slice(0, index + 1)).length <= cut);
        const journal = await openJournal(path);
        expect(journal.before.lines).toEqual(whole);
        expect(journal.before.unreadable).toEqual([]);
        const next = journalLine({ stick: "failed" });
        await journal.append(next);
        await journal.close();
        expect(readFileSync(path).equals(bytesOf([...whole, next]))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("whose line has its end and not its beginning has lost that line alone", () => {
    const bytes = bytesOf([journalLine(), journalLine({ stick: "pulled" })]);
    const first = bytesOf([journalLine()]).length;
    bytes.fill(0, first, first + 100);
    expect(readJournal(bytes)).toMatchObject({ lines: [journalLine()], unreadable: [], wholeBytes: first });
  });

  it("keeps a line that it does not understand, and names it", async () => {
    const later = '{"schema":2,"stick":"done"}\n';
    writeFileSync(path, `${encodeLine(journalLine())}${later}`);
    const journal = await openJournal(path);
    await journal.append(journalLine());
    await journal.close();
    expect(readFileSync(path, "utf8")).toBe(`${encodeLine(journalLine())}${later}${encodeLine(journalLine())}`);
    expect(await readJournalFile(path)).toMatchObject({ unreadable: [2], tornBytes: 0 });
  });

  it.each([
    { drive: { ...journalLine().drive, size: -1 } },
    { stick: "made" },
    { write: { bytes: 1, elapsedMs: 1, bytesPerSecond: 1, places: ["a"] } },
    { slow: [{ pass: "read", bytesPerSecond: 1, twins: 2 }] },
    { appeared: "yesterday" },
    { image: null },
    { error: "it failed" },
  ])("has no line with %j", (wrong) => {
    const bytes = Buffer.from(`${JSON.stringify({ ...journalLine(), ...wrong })}\n`);
    expect(readJournal(bytes)).toMatchObject({ lines: [], unreadable: [1] });
  });

  it("appends lines in their order, however many at once", async () => {
    rmSync(path);
    const journal = await openJournal(path);
    const all = Array.from({ length: 8 }, (_, retries) => journalLine({ retries }));
    await Promise.all(all.map((line) => journal.append(line)));
    await journal.close();
    expect((await readJournalFile(path)).lines).toEqual(all);
  });

  it.each(["a letter\n", "{}\n", "PK\u0003\u0004"])("is not taken for one: %j", async (text) => {
    const other = join(folder, "letter.txt");
    writeFileSync(other, text);
    await expect(openJournal(other)).rejects.toMatchObject({ code: "usage" });
    await expect(readJournalFile(other)).rejects.toMatchObject({ code: "usage" });
    expect(readFileSync(other, "utf8")).toBe(text);
  });

  it("is not followed through a link", async () => {
    const link = join(folder, "link.jsonl");
    writeFileSync(path, encodeLine(journalLine()));
    symlinkSync(path, link);
    await expect(openJournal(link)).rejects.toMatchObject({ code: "usage" });
    appendFileSync(path, "");
    expect(readFileSync(path, "utf8")).toBe(encodeLine(journalLine()));
  });
});
