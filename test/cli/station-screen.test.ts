/** The screen of a station as golden files, and that nothing of it is wider or higher than the terminal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largeLetters } from "../../src/cli/render/large-letters.js";
import { stationScreen } from "../../src/cli/render/station-screen.js";
import { styleFor } from "../../src/cli/style.js";
import type { WriteEvent } from "../../src/progress/events.js";
import type { StationRules } from "../../src/station/selection.js";
import { Station } from "../../src/station/station.js";
import { stickDrive } from "../support/station-sticks.js";

const rules: StationRules = { only: [], take: ["empty", "ours"] };
const image = { path: "win7.iso", size: 2_564_476_928, sha256: "ab".repeat(32) };
const minute = 60_000;
const twin = { model: "SanDisk Ultra", size: 31_914_983_424, write: 18_874_368, readBack: 30_000_000 };

type Script = { readonly name: string; readonly drive: Parameters<typeof stickDrive>[0]; readonly ends: string };

const sticks: readonly Script[] = [
  {
    name: "a",
    drive: { port: "2-1.1", sequence: 1, size: 31_914_983_424, serial: "4C530001230523117453" },
    ends: "writing",
  },
  {
    name: "b",
    drive: { port: "2-1.2", sequence: 2, size: 31_914_983_424, serial: "4C530001230523117454" },
    ends: "slow",
  },
  {
    name: "c",
    drive: { port: "2-1.3", sequence: 3, size: 8_010_194_944, model: "Kingston DataTraveler 3.0" },
    ends: "done",
  },
  {
    name: "d",
    drive: { port: "2-1.4", sequence: 4, size: 8_010_194_944, model: "Kingston DataTraveler 3.0" },
    ends: "failed",
  },
  { name: "e", drive: { port: "3-1", sequence: 5, size: 64_023_257_088, model: null, serial: null }, ends: "refused" },
  { name: "f", drive: { port: "3-2.1.4", sequence: 6, size: 31_914_983_424 }, ends: "stalled" },
  { name: "g", drive: { port: "3-3", sequence: 7, size: 31_914_983_424 }, ends: "pulled" },
];

function progress(path: string, phase: "write" | "verify", part: number, more: object = {}): WriteEvent {
  const totalBytes = 2_600_000_000;
  const told = { bytes: Math.round(totalBytes * part), totalBytes, bytesPerSecond: 18_900_000, etaMs: 83_000 };
  return { event: "progress", phase, target: path, ...told, ...more };
}

/** A morning's work, all of it in the journal. */
function busyStation(chosen: readonly Script[]): Station {
  const station = workedStation(chosen);
  for (const stick of station.sticks) stick.recorded();
  return station;
}

function workedStation(chosen: readonly Script[]): Station {
  const station = new Station({ image, program: "0.1.0", rules, atOnce: 16, known: [twin, twin, twin] }, 0);
  const listed = chosen.map(({ name, drive }) => ({ key: name, drive: stickDrive(drive), refusals: [] }));
  for (const at of [minute, 2 * minute]) station.handle({ event: "listed", sticks: listed }, at);
  for (const { name, ends } of chosen) {
    const content =
      ends === "refused"
        ? ({ kind: "data", words: 'holds EXFAT "HOLIDAY 24" with letters' } as const)
        : ({ kind: "empty" } as const);
    station.handle({ event: "looked", key: name, content }, 3 * minute);
  }
  for (const { name, drive, ends } of chosen) {
    const { path } = stickDrive(drive);
    const told = (event: WriteEvent, at: number): void =>
      void station.handle({ event: "wrote", key: name, told: event }, at);
    told({ event: "phase", phase: "write" }, 4 * minute);
    if (ends === "stalled") {
      told({ event: "phase", phase: "verify" }, 5 * minute);
      told(progress(path, "verify", 0.8, { bytesPerSecond: 0, etaMs: null, stalledMs: 12_000 }), 6 * minute);
    } else
      told(
        progress(path, "write", 0.42, ends === "slow" ? { bytesPerSecond: 2_200_000, etaMs: 690_000 } : {}),
        6 * minute,
      );
    const done = { path, sha256: "cd".repeat(32), sha256Bytes: 1, bytesWritten: 2_600_000_000, verified: true };
    if (ends === "done") station.handle({ event: "ended", key: name, outcome: { done } }, 7 * minute);
    const message = `${path} holds 4.00 GiB, not the 7.46 GiB that it reports`;
    const error = { code: "fake-capacity", message, exitCode: 6 };
    if (ends === "failed") station.handle({ event: "ended", key: name, outcome: { error } }, 7 * minute);
  }
  const left = listed.filter(({ key }) => chosen.find(({ name }) => name === key)!.ends !== "pulled");
  station.handle({ event: "listed", sticks: left }, 8 * minute);
  return station;
}

const style = styleFor({ color: false });
const view = (station: Station) => ({
  station,
  rules,
  imageName: "win7.iso",
  last: "3-3 (SanDisk Ultra, 31.9 GB): pulled early",
  now: 9 * minute,
});

describe("the screen of a station", () => {
  it.each([
    ["80x24", { columns: 80, rows: 24, unicode: true }, sticks],
    ["132x43", { columns: 132, rows: 43, unicode: true }, sticks],
    ["80x24-ascii", { columns: 80, rows: 24, unicode: false }, sticks.filter(({ ends }) => ends !== "failed")],
    ["80x24-empty", { columns: 80, rows: 24, unicode: true }, []],
  ])("is that of %s", async (name, size, chosen) => {
    const lines = stationScreen(view(busyStation(chosen)), size, style);
    await expect(`${lines.map((line) => line.trimEnd()).join("\n")}\n`).toMatchFileSnapshot(
      `screens/station-${name}.txt`,
    );
  });

  it("fits, however small the terminal is and however many sticks there are", () => {
    const size = fc.record({
      columns: fc.integer({ min: 40, max: 200 }),
      rows: fc.integer({ min: 12, max: 60 }),
      unicode: fc.boolean(),
    });
    fc.assert(
      fc.property(size, fc.array(fc.constantFrom(...sticks), { maxLength: 40 }), (terminal, chosen) => {
        const named = chosen.map((each, index) => ({
          ...each,
          name: `${index}`,
          drive: { ...each.drive, sequence: index },
        }));
        const lines = stationScreen(view(busyStation(named)), terminal, style);
        expect(lines.length).toBeLessThan(terminal.rows);
        for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(terminal.columns);
      }),
    );
  });

  it("has large letters only where they fit, and where there are such", () => {
    expect(largeLetters("PULL 2-1.3", 80, true)).toHaveLength(5);
    expect(largeLetters("PULL 2-1.3", 58, true)).toBeNull();
    expect(largeLetters("é", 80, true)).toBeNull();
    expect(largeLetters("I", 80, false)).toEqual([" ###", "  #", "  #", "  #", " ###"]);
  });
});
