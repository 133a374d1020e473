/** What a check found, for scripts and for people. */
import type { Mismatch, MismatchCause } from "../../check/index.js";
import type { CheckResult } from "../../steps/check-target.js";
import { printable } from "../escape.js";
import { count, formatSize, wrap } from "../format.js";
import type { Style } from "../style.js";

/** Names of added files that are told; a stick may be full of somebody's photographs. */
const mostAdded = 1000;
/** Lines of a list that people are shown. */
const mostLines = 20;

export function checkReport(result: CheckResult): Record<string, unknown> {
  const { added, addedBySystem, fileSystem, ...rest } = result;
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

const causes: Readonly<Record<MismatchCause, string>> = {
  damaged: "damaged",
  changed: "changed by a person",
  removed: "removed by a person",
  unreadable: "cannot be read",
  undecided: "differs; whether use or damage did it cannot be told",
};

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
  lines.push(nextStep(result, printable(target.path)));
  const told = lines.filter((line) => line !== "");
  return told.map((line) => `${wrap(line, columns, line.startsWith(" ") ? "    " : "  ")}\n`).join("");
}

function addedLines(paths: readonly string[], what: string): string[] {
  if (paths.length === 0) return [];
  return [`${count(paths.length, "file")} ${what}:`, ...shortened(paths.map((path) => `  ${printable(path)}`))];
}

function headline({ verdict, target, against, files, bytes, mismatches }: CheckResult, style: Style): string {
  const path = printable(target.path);
  const what = files === null ? "" : `${count(files, "file")}, `;
  const basis = against === "image" ? "the image" : "its manifest";
  const compared = `${what}${formatSize(bytes)} compared with ${basis}`;
  if (verdict === "match") return `${style.good("match:")} ${path} is what was written (${compared})`;
  if (against === null) return `${style.bad("unreadable:")} ${path} holds nothing to compare it with`;
  const found = verdict === "mismatch" ? "is not what was written any more" : "cannot be read everywhere";
  return `${style.bad(`${verdict}:`)} ${path} ${found}: ${count(mismatches.length, "place")} (${compared})`;
}

const unnamedStructure = "partition table, boot record or file system";

function mismatchLine({ path, offset, length, fileOffset, cause, structure, reason }: Mismatch): string {
  const known = [path, structure].filter((each) => each !== null).map((each) => printable(each));
  const what = known.length === 0 ? unnamedStructure : known.join(": ");
  const inFile = fileOffset === null ? "" : `, byte ${fileOffset} of the file`;
  const why = reason === null ? "" : `: ${printable(reason)}`;
  return `  ${what}: ${causes[cause]} (${formatSize(length)} at byte ${offset}${inFile})${why}`;
}

function shortened(lines: readonly string[]): string[] {
  if (lines.length <= mostLines) return [...lines];
  return [...lines.slice(0, mostLines), `  and ${lines.length - mostLines} more; --json names them all`];
}

function nextStep({ verdict, mismatches, target, against }: CheckResult, path: string): string {
  if (verdict === "match" || against === null) return "";
  const place = target.kind === "drive" ? `${path} --only-changed` : `${path} --force`;
  const failing = mismatches.some(({ cause }) => cause === "unreadable" || cause === "damaged");
  const advice = target.kind === "drive" && failing ? "; if it happens again, the drive is failing" : "";
  return `To make it whole again: win7usb write <iso> ${place}${advice}.`;
}
