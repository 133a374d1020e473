/**
 * GNU ddrescue's map file (its manual, "Mapfile structure"): heading comments, a status line (position, what is done, number
 * of the pass), and a line for each block (position, size, status). Traps: numbers are those of C++, decimal, hexadecimal or
 * octal, save the number of the pass, which is decimal; versions before 1.20 write no pass; people edit it. Pure.
 */
import { MiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import { RescueMap, type BlockStatus, type MapBlock } from "./rescue-map.js";
import type { RescueState, RescueStatus } from "./rescue.js";

const statusCharacters: Readonly<Record<RescueStatus, string>> = {
  copying: "?",
  trimming: "*",
  scraping: "/",
  retrying: "-",
  finished: "+",
};
const blockCharacters: Readonly<Record<BlockStatus, string>> = {
  "non-tried": "?",
  "non-trimmed": "*",
  "non-scraped": "/",
  "bad-sector": "-",
  finished: "+",
};
/** Of ddrescue's other modes, which leave a rescue where it was: filling and generating. */
const otherModes = ["F", "G"];

/** Blocks of a map: each sector of a double-layer disc (ECMA-267: 8.5 GB) could be one, and no disc is as bad as that. */
export const blockLimit = 1_000_000;
/** Bytes of a map file: a line of a block has at most 46 characters. */
export const mapFileLimit = 64 * MiB;

export type MapFile = { readonly map: RescueMap; readonly state: RescueState };

/** `heading`: lines for people, without the sign of a comment. */
export function formatMap({ map, state }: MapFile, heading: readonly string[]): string {
  const status = `${hex(state.position)}     ${statusCharacters[state.status]}               ${state.pass}`;
  const blocks = map.blocks.map(
    ({ offset, length, status: of }) => `${hex(offset)}  ${hex(length)}  ${blockCharacters[of]}`,
  );
  return [
    ...heading.map((line) => `# ${line}`),
    "# current_pos  current_status  current_pass",
    status,
    "#      pos        size  status",
    ...blocks,
    "",
  ].join("\n");
}

function hex(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, "0")}`;
}

/** Throws `map-unusable`; `name` is how the message calls the file. A map may begin behind byte 0: what is before was not tried. */
export function parseMap(text: string, name: string): MapFile {
  const lines = linesOf(text, blockLimit + 1);
  const [head, ...rest] = lines;
  if (head === undefined) throw unusable(name, "it has no status line");
  const [position, status, pass = "1"] = head.words;
  const found = findStatus(status);
  const at = numberOf(position);
  if (at === null || found === null || !/^[1-9]\d{0,8}$/.test(pass) || head.words.length > 3) {
    throw unusable(name, `line ${head.number} is ${JSON.stringify(head.words.join(" "))}, expected a status line`);
  }
  const blocks = rest.map(({ words, number }) => {
    const block = blockOf(words);
    if (block !== null) return block;
    throw unusable(name, `line ${number} is ${JSON.stringify(words.join(" "))}, expected position, size and status`);
  });
  if (blocks.length === 0) throw unusable(name, "it has no blocks");
  if (blocks.length > blockLimit) throw unusable(name, `it has more than ${blockLimit} blocks: a limit of win7usb`);
  const first = blocks[0]!.offset;
  if (first > 0) blocks.unshift({ offset: 0, length: first, status: "non-tried" });
  const last = blocks.at(-1)!;
  try {
    const map = new RescueMap(last.offset + last.length, blocks);
    return { map, state: { status: found, pass: Number(pass), position: Math.min(at, map.size) } };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unusable(name, `its blocks do not follow one another: ${error.message}`);
  }
}

function findStatus(text: string | undefined): RescueStatus | null {
  if (text !== undefined && otherModes.includes(text)) return "finished";
  for (const [status, character] of Object.entries(statusCharacters)) {
    if (character === text) return status as RescueStatus;
  }
  return null;
}

function blockOf(words: readonly string[]): MapBlock | null {
  const [offset, length, character] = [numberOf(words[0]), numberOf(words[1]), words[2]];
  const status = Object.entries(blockCharacters).find((entry) => entry[1] === character)?.[0];
  if (words.length !== 3 || offset === null || length === null || status === undefined) return null;
  if (length === 0 || !Number.isSafeInteger(offset + length)) return null;
  return { offset, length, status: status as BlockStatus };
}

/** An integer constant of C++ (ISO/IEC 14882, 5.13.2) that is no more than 2^53 - 1; null for anything else. */
function numberOf(text = ""): number | null {
  const isOctal = /^0[0-7]+$/.test(text);
  if (!isOctal && !/^(?:0x[0-9a-f]{1,16}|0|[1-9]\d{0,16})$/i.test(text)) return null;
  const value = isOctal ? Number.parseInt(text, 8) : Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

function unusable(name: string, reason: string): Win7UsbError {
  return new Win7UsbError("map-unusable", `the map ${name} cannot be used: ${reason}`, {
    hint: "Correct it, or read the disc into another file.",
    data: { map: name },
  });
}

type MapLine = { readonly number: number; readonly words: readonly string[] };

/**
 * A comment begins with `#`, at the beginning of a line or behind a blank, and goes up to the line's end. At most `limit + 1`
 * lines are given, so that who counts sees that there are too many.
 */
function linesOf(text: string, limit: number): MapLine[] {
  const lines: MapLine[] = [];
  let number = 0;
  for (const line of text.split(/\r?\n/)) {
    number += 1;
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    const comment = words.findIndex((word) => word.startsWith("#"));
    const told = comment === -1 ? words : words.slice(0, comment);
    if (told.length > 0) lines.push({ number, words: told });
    if (lines.length > limit) break;
  }
  return lines;
}
