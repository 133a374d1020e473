/** A record as plain text of 78 columns, in ASCII save for foreign names. */
import { printable } from "../bytes/foreign-text.js";
import { wordWrapped } from "../bytes/word-wrap.js";
import type { DiskMap } from "./disk-map.js";
import { mapText } from "./map-text.js";
import { sectionsOf, streamName, type RecordSection } from "./record-sections.js";
import type { RunRecord } from "./run-record.js";

/** How an earlier record of this kind is told from any other file. */
export const textBeginning = "win7usb record: ";

const columns = 78;
const blocksInLine = 64;

export function recordText(record: RunRecord): string {
  const parts = [`${textBeginning}${record.command}\n`];
  for (const { word, sentence, hint } of record.verdicts) {
    parts.push(
      `\n${filled(`${printable(word)}: ${printable(sentence)}`, "  ")}${hint === null ? "" : filled(`  ${printable(hint)}`, "  ")}`,
    );
  }
  for (const section of sectionsOf(record)) parts.push(sectionText(section));
  for (const { path, map } of mapsOf(record)) {
    parts.push(`\nMap of ${printable(path)}\n${mapText(map, { perLine: blocksInLine, unicode: false })}`);
  }
  return parts.join("");
}

/** Targets of one write share their picture. */
export function mapsOf({ targets }: RunRecord): { readonly path: string; readonly map: DiskMap }[] {
  const seen = new Set<DiskMap>();
  return targets.flatMap(({ path, kind, map }) => {
    if (map === null || seen.has(map)) return [];
    seen.add(map);
    return [{ path: kind === "stream" ? streamName : path, map }];
  });
}

function sectionText({ title, facts, list }: RecordSection): string {
  const width = Math.max(0, ...facts.map(({ name }) => name.length));
  const lines = facts.map(({ name, value }) => {
    return filled(`  ${name.padEnd(width)}  ${printable(value)}`, " ".repeat(width + 4));
  });
  return `\n${printable(title)}\n${lines.join("")}${list.map((line) => filled(`  - ${printable(line)}`, "    ")).join("")}`;
}

/** What stands in front of two blanks is no sentence, and stays as it is. */
function filled(text: string, indent: string): string {
  const [, head = "", rest = ""] = /^(\s*(?:\S+(?: \S+)*)?\s{2,}|\s*)(.*)$/s.exec(text) ?? [];
  const lines = wordWrapped(rest, { first: columns - head.length, later: columns - indent.length });
  return lines.map((line, index) => `${index === 0 ? head : indent}${line}\n`).join("");
}
