/**
 * The record of a run: what was read, written or checked, when, by what, and what came of it, as a page, as text or as JSON,
 * with a picture of the disk. Everything in it may come from a hostile image or drive, and a browser opens it: whatever is
 * not this room's own text passes `htmlText`, `printable` or `harmlessJson`. Pure: who runs the command gathers the facts and
 * writes the file.
 */
import { harmlessJson } from "../bytes/foreign-text.js";
import { htmlBeginning } from "./page.js";
import { recordHtml } from "./record-html.js";
import { recordText, textBeginning } from "./record-text.js";
import type { RunRecord } from "./run-record.js";

export type { DiskMap, DiskMapOptions, MapGroup } from "./disk-map.js";
export { diskMap } from "./disk-map.js";
export { streamName } from "./record-sections.js";
export type { AreaKind } from "./map-areas.js";
export type * from "./run-record.js";

/** Blocks of the picture in a record. */
export const recordedCells = 768;

export type RecordFormat = "html" | "json" | "text";

const jsonBeginning = '{\n  "schema": 1,\n  "record": "';

/** How a record of each format begins, and no other file does. */
export const recordBeginnings: Readonly<Record<RecordFormat, string>> = {
  html: htmlBeginning,
  json: jsonBeginning,
  text: textBeginning,
};

export function renderRecord(record: RunRecord, format: RecordFormat): string {
  if (format === "html") return recordHtml(record);
  if (format === "text") return recordText(record);
  const { schema, command, ...rest } = record;
  return `${harmlessJson({ schema, record: command, ...rest }, 2)}\n`;
}
