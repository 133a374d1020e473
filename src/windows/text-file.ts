/**
 * Setup's small text files. They come as ASCII, as UTF-8 or UTF-16LE with a byte order mark, or in a code page of the
 * disc's language (only their ASCII keys are read); lines end in CRLF or LF.
 */
import { KiB } from "../bytes/units.js";
import type { FileTree } from "../tree/index.js";
import { find, readStart } from "../tree/index.js";

/** ei.cfg, idwbinfo.txt and their like have a few hundred bytes; of more, the beginning is read. */
const textFileLimit = 64 * KiB;

/** The file's text, at most `textFileLimit` bytes of it; null where the tree has no such file. */
export async function readText(tree: FileTree, path: string): Promise<string | null> {
  const node = find(tree, path);
  if (node === undefined || node.kind !== "file") return null;
  return decodeText(await readStart(node, textFileLimit));
}

function decodeText(data: Uint8Array): string {
  if (data[0] === 0xff && data[1] === 0xfe) return new TextDecoder("utf-16le").decode(data);
  if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) return new TextDecoder("utf-8").decode(data);
  return new TextDecoder("windows-1252").decode(data);
}

/** One `[section]`: its lines without comments and blanks, and those of them that are `key=value`, by lower-case key. */
type IniSection = { readonly lines: readonly string[]; readonly values: ReadonlyMap<string, string> };

/** Sections by lower-case name; lines before the first section belong to the section "". */
export function parseIni(text: string): Map<string, IniSection> {
  const sections = new Map<string, { lines: string[]; values: Map<string, string> }>();
  let current = openSection(sections, "");
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line === "" || line.startsWith(";")) continue;
    if (line.startsWith("[") && line.endsWith("]")) {
      current = openSection(sections, line.slice(1, -1).trim().toLowerCase());
      continue;
    }
    current.lines.push(line);
    const equals = line.indexOf("=");
    if (equals > 0) current.values.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  return sections;
}

type OpenSection = { lines: string[]; values: Map<string, string> };

function openSection(sections: Map<string, OpenSection>, name: string): OpenSection {
  const section = sections.get(name) ?? { lines: [], values: new Map<string, string>() };
  sections.set(name, section);
  return section;
}
