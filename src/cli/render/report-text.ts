/** The report of a journal: tables for the terminal. */
import { count, formatDriveSize } from "../../bytes/amounts.js";
import type { ReadJournal } from "../../station/journal-line.js";
import type { ReportedModel, ReportedStick, StationReport } from "../../station/report.js";
import { countWords, minuteOf, verdictWords } from "../../station/report-words.js";
import { printable } from "../escape.js";
import { formatRate, wrap } from "../format.js";
import type { Style } from "../style.js";
import { slowWords } from "./station-words.js";
import { table } from "./table.js";

/** Sticks that a terminal shows; a page and the JSON have all. */
const mostSticks = 40;

/** `columns` of the text; `tableColumns` as `table` takes them. */
export function journalText(report: StationReport, style: Style, columns: number, tableColumns: number | null): string {
  const { counts, first, last, models, sticks, failures } = report;
  if (first === null || last === null) return "no stick yet\n";
  const parts = [
    `${style.strong(wrap(`${countWords(counts)}: ${minuteOf(first)} to ${minuteOf(last)} (UTC)`, columns))}\n`,
  ];
  if (models.length > 0) {
    const heads = ["MODEL", "SIZE", "STICKS", "DONE", "FAILED", "WRITES", "READS"];
    parts.push(table(heads, models.map(modelRow), style, tableColumns));
  }
  const troubled = sticks.filter(isTroubled);
  // Those that somebody has to do something about come first, and are left out last.
  const shown = [...troubled, ...sticks.filter((stick) => !isTroubled(stick))].slice(0, mostSticks);
  parts.push(table(["SERIAL", "MODEL", "LAST", "WRITES", "READS"], shown.map(stickRow), style, tableColumns));
  if (sticks.length > shown.length)
    parts.push(`${count(sticks.length - shown.length, "more stick")}: --page and --json have all\n`);
  const bad = failures.map(
    ({ drive, message }) => `${style.bad("failed:")} ${printable(drive.serial ?? drive.path)}: ${printable(message)}`,
  );
  const slow = sticks.flatMap(({ drive, slow: passes }) =>
    passes.map((pass) => `${style.warning("slow:")} ${printable(drive.serial ?? drive.path)} ${slowWords(pass)}`),
  );
  parts.push([...bad, ...slow].map((line) => `${wrap(line, columns, "  ")}\n`).join(""));
  return parts.filter((part) => part !== "").join("\n");
}

/** What is to be said of the file itself; empty where nothing is. */
export function journalNotes({ unreadable, tornBytes }: ReadJournal): string[] {
  const lines = unreadable.slice(0, 3).join(", ");
  return [
    ...(unreadable.length === 0
      ? []
      : [
          `${count(unreadable.length, "line")} cannot be read and ${unreadable.length === 1 ? "is" : "are"} left out (${lines}${unreadable.length > 3 ? ", ..." : ""})`,
        ]),
    ...(tornBytes === 0 ? [] : ["the last line is torn, as a power cut leaves it: it is left out"]),
  ];
}

function isTroubled({ last, slow, retries, stalls }: ReportedStick): boolean {
  return last.stick === "failed" || slow.length > 0 || retries > 0 || stalls > 0;
}

function modelRow({ model, size, sticks, done, failed, write, readBack }: ReportedModel): string[] {
  return [
    model ?? "-",
    formatDriveSize(size),
    String(sticks),
    String(done),
    String(failed),
    rateOf(write?.median ?? null),
    rateOf(readBack?.median ?? null),
  ];
}

function stickRow({ drive, times, last, write, readBack }: ReportedStick): string[] {
  const often = times === 1 ? "" : `, ${count(times, "time")}`;
  return [
    drive.serial ?? "-",
    drive.model ?? "-",
    `${verdictWords[last.stick]}${often}`,
    rateOf(write),
    rateOf(readBack),
  ];
}

function rateOf(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? "-" : formatRate(bytesPerSecond);
}
