/** The events of `station --json`, one a line; names are the public contract. */
import type { JournalFile } from "../../station/journal-file.js";
import type { CheckedImage } from "../../station/open-station.js";
import type { StationNotice } from "../../station/run-station.js";
import type { StationRules } from "../../station/selection.js";
import type { Station } from "../../station/station.js";
import { journalDrive, type Stick } from "../../station/stick.js";
import type { ProgressEvent, WarningEvent, WriteEvent } from "../../progress/events.js";
import { jsonLine } from "../escape.js";
import type { Terminal } from "../terminal.js";

/** What a station tells to scripts. */
export type StationJson = {
  start(image: string): void;
  /** Of the check of the image, before the first stick. */
  check(event: WriteEvent): void;
  ready(
    image: { readonly path: string; readonly size: number },
    found: CheckedImage,
    rules: StationRules,
    journal: JournalFile,
  ): void;
  notice(notice: StationNotice): void;
  done(station: Station, now: number): void;
};

export function stationJson(terminal: Terminal): StationJson {
  const put = (event: string, fields: object): void => terminal.out(jsonLine({ schema: 1, event, ...fields }));
  return {
    start: (image) => put("start", { image }),
    check(event) {
      if (event.event === "progress") put("progress", { stick: null, ...progressOf(event) });
      else if (event.event === "warning") put("warning", { stick: null, ...warningOf(event) });
    },
    ready: ({ path, size }, { findings, sha256 }, { only, maxSize, take }, journal) =>
      put("ready", {
        image: { path, size, sha256, verdict: findings.verdict },
        rules: { take, only, maxSize: maxSize ?? null },
        journal: { path: journal.path, lines: journal.before.lines.length, tornBytes: journal.before.tornBytes },
      }),
    notice(notice) {
      const { number } = notice.stick;
      if (notice.notice === "stick") put("stick", stickOf(notice.stick));
      else if (notice.notice === "kept") put("ended", { number, line: notice.line });
      else if (notice.event.event === "progress") put("progress", { stick: number, ...progressOf(notice.event) });
      else if (notice.event.event === "warning") put("warning", { stick: number, ...warningOf(notice.event) });
    },
    done: (station, now) => put("done", { counts: station.counts, elapsedMs: Math.round(now - station.startedAt) }),
  };
}

function stickOf({ number, drive, phase, reason, isGone }: Stick) {
  return { number, drive: journalDrive(drive), phase, reason, gone: isGone };
}

function progressOf({ phase, bytes, totalBytes, bytesPerSecond, etaMs, stalledMs }: ProgressEvent) {
  return { phase, bytes, totalBytes, bytesPerSecond, etaMs, ...(stalledMs === undefined ? {} : { stalledMs }) };
}

function warningOf({ code, message }: WarningEvent) {
  return { code, message };
}
