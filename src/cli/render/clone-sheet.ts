/** What would be made of a stick, before the question and for `--dry-run`: the stick, each target, and what is read. */
import { count, exactSize, formatSize } from "../../bytes/amounts.js";
import type { PreparedClone } from "../../steps/clone-stick.js";
import { diskSignatureOf, signatureText } from "../../volumes/mbr.js";
import { printable } from "../escape.js";
import type { Style } from "../style.js";
import type { Fact } from "./fact-sheet.js";
import { factLines } from "./fact-sheet.js";
import { bytesToWrite, diskFacts, fileSystemNames, targetFacts } from "./plan-sheet.js";

export function cloneText(prepared: PreparedClone, style: Style, columns: number): string {
  const { stick, plan } = prepared;
  const { origin, program } = stick.manifest;
  const made = origin === null ? "" : `, of an image with the label ${printable(origin.volumeLabel)}`;
  const facts: Fact[] = [
    ["stick", `${printable(stick.path)}, ${exactSize(plan.diskSize)} of it`],
    ["made by", `win7usb ${printable(program)}${made}`],
    ...targetFacts(prepared, style),
    ["file system", `${fileSystemNames[plan.fileSystem]}, label ${printable(plan.label === "" ? "none" : plan.label)}`],
    [
      "signature",
      `${signatureText(diskSignatureOf(plan))}, as the stick has: of two in one machine Windows takes the second offline`,
    ],
    ["content", count(plan.files.length, "file")],
    ["writes", formatSize(bytesToWrite(prepared))],
    ["proof", "every part by its SHA-256 as it passes; none boots before all are proved"],
  ];
  return factLines(facts, style, columns);
}

export function cloneJson(prepared: PreparedClone): Record<string, unknown> {
  const { stick, plan, targets } = prepared;
  const { origin, program } = stick.manifest;
  return {
    schema: 1,
    stick: { path: stick.path, size: stick.reader.size, program, origin },
    targets,
    plan: {
      filesystem: plan.fileSystem,
      ...diskFacts(prepared),
      files: plan.files.length,
      edits: plan.edits ?? [],
    },
  };
}
