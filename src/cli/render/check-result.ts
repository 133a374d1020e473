/** What a check found, for scripts and for people. */
import type { Mismatch } from "../../check/index.js";
import { mismatchCauseWords } from "../../check/mismatch.js";
import type { CheckResult } from "../../steps/check-target.js";
import type { CheckCause } from "../../steps/check-verdict.js";
import { printable } from "../escape.js";
import { count, formatSize } from "../../bytes/amounts.js";
import { wrap } from "../format.js";
import { optionsAgain } from "./write-again.js";
import type { Style } from "../style.js";

/** Names of added files that are told; a stick may be full of somebody's photographs. */
const mostAdded = 1000;
/** Lines of a list that people are shown. */
const mostLines = 20;

export function checkReport(result: CheckResult): Record<string, unknown> {
  const { added, addedBySystem, fileSystem, layout: _layout, ...rest } = result;
  return {
    schema: 1,
    ...rest,
    filesystem: fileSystem,
    added: added.slice(0, mostAdded),
    addedCount: added.length,
    addedBySystem: addedBySystem.slice(0, mostAdded),
    addedBySystemCount: addedBySystem.length,
  };
}

export function checkText(result: CheckResult, style: Style, columns: number): string {
  const { target, mismatches, added, addedBySystem } = result;
  const lines = [headline(result, style)];
  lines.push(...shortened(mismatches.map((each) => mismatchLine(each))));
  lines.push(...addedLines(added, "added since"));
  lines.push(...addedLines(addedBySystem, "put there by systems, as they do on every drive"));
  if (result.usedSince && added.length + addedBySystem.length === 0) {
    const whole = mismatches.length === 0 ? "; all files are as they were written" : "";
    lines.push(`A system has used the volume since${whole}.`);
  }
  lines.push(originLine(result));
  lines.push(nextStep(result, printable(target.path)));
  const told = lines.filter((line) => line !== "");
  return told.map((line) => `${wrap(line, columns, line.startsWith(" ") ? "    " : "  ")}\n`).join("");
}

function addedLines(paths: readonly string[], what: string): string[] {
  if (paths.length === 0) return [];
  return [`${count(paths.length, "file")} ${what}:`, ...shortened(paths.map((path) => `  ${printable(path)}`))];
}

/** The first word of the answer. */
export function checkWord(result: CheckResult): string {
  const { verdict, cause } = result;
  return cause === "unfinished" && toldWhole(result) ? cause : verdict;
}

function headline(result: CheckResult, style: Style): string {
  const { verdict, target } = result;
  const word = checkWord(result);
  const told = verdict === "match" ? style.good(`${word}:`) : style.bad(`${word}:`);
  return `${told} ${printable(target.path)} ${checkSummary(result)}`;
}

/** What was found, as the rest of a sentence about the target: `is what was written (871 files, ... compared ...)`. */
export function checkSummary(result: CheckResult): string {
  const { verdict, cause, against, files, bytes, mismatches } = result;
  const what = files === null ? "" : `${count(files, "file")}, `;
  const compared = `${what}${formatSize(bytes)} compared with ${against === "image" ? "the image" : "its manifest"}`;
  if (verdict === "match") return `is what was written (${compared})`;
  if (cause !== null && toldWhole(result)) {
    return `${withoutPlaces[cause]}${against === null || bytes === 0 ? "" : ` (${compared})`}`;
  }
  const found = verdict === "mismatch" ? "is not what was written any more" : "cannot be read everywhere";
  return `${found}: ${count(mismatches.length, "place")} (${compared})`;
}

/** What people did since is told with its places, of whichever image it was. */
function toldWhole({ verdict, cause, mismatches }: CheckResult): boolean {
  if (verdict === "match" || cause === null || withoutPlaces[cause] === undefined) return false;
  return cause !== "other-image" || mismatches.every((each) => each.cause === cause);
}

/** What is said of the target as a whole. */
const withoutPlaces: Readonly<Partial<Record<CheckCause, string>>> = {
  unfinished: "does not boot: writing it was begun and not ended",
  nothing: "holds nothing of win7usb",
  "other-image": "was made from another image or with other options",
  "cut-short": "ends before the stick does that was written: what is behind its end is lost",
  "no-manifest": "was written without a manifest, and there is nothing else to compare it with",
  "manifest-damaged": "has a damaged manifest, and there is nothing else to compare it with",
  "manifest-newer": "was written by a newer win7usb: check it with that one",
};

/** What it was made of, where that is not what it was compared with. */
function originLine({ cause, origin }: CheckResult): string {
  if (cause !== "other-image" || origin === null) return "";
  const { volumeLabel, size, sha256, edits, options, program } = origin;
  const hash = sha256 === null ? "" : `, SHA-256 ${sha256}`;
  const as = `${options.filesystem === "ntfs" ? "NTFS" : "FAT32"}, labelled ${printable(options.label)}${options.signature === null ? "" : `, with the disk signature ${options.signature}`}`;
  const asks = options.bootPrompt ? ", asking for a key at its start" : "";
  const image = `${printable(volumeLabel)} (${size} bytes${hash})`;
  const changed = edits.map(({ kind, value }) => printable(value === "" ? kind : `${kind} ${value}`)).join(", ");
  const by = `by win7usb ${printable(program)}${changed === "" ? "" : `, with ${changed}`}`;
  return `It was made from the image ${image}, as ${as}${asks}, ${by}.`;
}

const unnamedStructure = "partition table, boot record or file system";

function mismatchLine({ path, offset, length, fileOffset, cause, structure, reason }: Mismatch): string {
  const known = [path, structure].filter((each) => each !== null).map((each) => printable(each));
  const what = known.length === 0 ? unnamedStructure : known.join(": ");
  const inFile = fileOffset === null ? "" : `, byte ${fileOffset} of the file`;
  const why = reason === null ? "" : `: ${printable(reason)}`;
  return `  ${what}: ${mismatchCauseWords[cause]} (${formatSize(length)} at byte ${offset}${inFile})${why}`;
}

function shortened(lines: readonly string[]): string[] {
  if (lines.length <= mostLines) return [...lines];
  return [...lines.slice(0, mostLines), `  and ${lines.length - mostLines} more; --json names them all`];
}

function nextStep(result: CheckResult, path: string): string {
  const { cause, mismatches, target, against, warnings } = result;
  if (warnings.some(({ code }) => code === "disc-image")) {
    return `Whether the disc is sound says: win7usb verify ${path}`;
  }
  const place = target.kind === "drive" ? `${path} --only-changed` : `${path} --force`;
  if (cause === "unfinished") return `To write it whole: win7usb write <iso> ${place}`;
  if (cause === "cut-short") return `Copy it again from where it is whole, or write it: win7usb write <iso> ${place}`;
  // A sound stick of another image is nobody's reason to overwrite it.
  if (cause === null || cause === "other-image" || against === null || mismatches.length === 0) return "";
  const failing = mismatches.some((each) => each.cause === "unreadable" || each.cause === "damaged");
  const advice = target.kind === "drive" && failing ? "; if it happens again, the drive is failing" : "";
  return `To make it whole again: win7usb write <iso> ${place}${optionsAgain(result)}${advice}.`;
}
