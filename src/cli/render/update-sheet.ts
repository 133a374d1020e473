/** What would be changed of a stick, before the question and for `--dry-run`: from what to what, which parts are written, and for how long it does not boot. */
import { exactSize, firstFew, formatSize } from "../../bytes/amounts.js";
import type { PreparedUpdate } from "../../steps/update-stick.js";
import { diskSignatureOf, masterBootRecord, signatureText } from "../../volumes/mbr.js";
import { printable } from "../escape.js";
import type { Style } from "../style.js";
import { editFacts, editsJson } from "./edits.js";
import type { Fact } from "./fact-sheet.js";
import { driveFacts, factLines } from "./fact-sheet.js";
import { bytesToWrite, diskFacts, fileSystemNames } from "./plan-sheet.js";
import { warningText } from "./warning-line.js";

export function updateText(prepared: PreparedUpdate, style: Style, columns: number): string {
  const { stick, plan, edits, warnings } = prepared;
  const { origin, program, fileSystem } = stick.manifest;
  const made = origin === null ? "" : `, of an image with the label ${printable(origin.volumeLabel)}`;
  const facts: Fact[] = [
    ...stickFacts(prepared, style),
    ["made by", `win7usb ${printable(program)}${made}`],
    ["file system", `${fileSystemNames[fileSystem]}, ${exactSize(plan.diskSize)}`],
    ["label", changeWords(printable(stick.manifest.label), printable(plan.label))],
    ["signature", changeWords(signatureBefore(prepared), signatureText(diskSignatureOf(plan)))],
    ["starts", changeWords(startWords(stick.manifest.bootPrompt), startWords(plan.bootPrompt === true))],
    ...editFacts(edits),
    ...takenBack(prepared),
    ...writesFacts(prepared),
  ];
  const lines = warnings.map(({ message }) => warningText(message, style, columns));
  return factLines(facts, style, columns) + lines.join("");
}

function stickFacts({ stick, targets }: PreparedUpdate, style: Style): Fact[] {
  return targets.flatMap((target): Fact[] => {
    if (target.kind !== "drive") return [["image file", style.strong(printable(stick.path))]];
    // Nothing is lost.
    return driveFacts(target.drive, style).filter(([name]) => name !== "will be lost");
  });
}

function changeWords(before: string, after: string): string {
  return before === after ? `${before}, as it is` : `${before} becomes ${after}`;
}

const startWords = (asks: boolean): string => (asks ? "at a key, where another disk could start" : "by itself");

function signatureBefore({ stick }: PreparedUpdate): string {
  return signatureText(masterBootRecord.decode(stick.firstSector).diskSignature);
}

/** Of edits that were made before and are not any more. */
function takenBack({ stick, plan }: PreparedUpdate): Fact[] {
  const gone = stick.manifest.edits.filter(({ kind }) => !(plan.edits ?? []).some((edit) => edit.kind === kind));
  return gone.map(({ kind }): Fact => [printable(kind), "taken back"]);
}

/** Parts that a line names. */
const namedPlaces = 5;

function writesFacts(prepared: PreparedUpdate): Fact[] {
  const { from, plan, stick } = prepared;
  const isDrive = stick.reader.kind === "drive";
  if (!isDrive) {
    return [
      [
        "writes",
        `${formatSize(bytesToWrite(bare(prepared)))} into a new file, which takes the name of this one when it is whole`,
      ],
      ["meanwhile", "the file stays as it is"],
    ];
  }
  if (from.kind === "image") {
    return [
      ["writes", `what differs of ${formatSize(bytesToWrite(bare(prepared)))}, with ${printable(from.image.path)}`],
      [
        "meanwhile",
        "it does not boot from the first byte until all of it is compared with the ISO and read back; interrupted, it has to be written again",
      ],
    ];
  }
  const bytes = from.places.reduce((sum, place) => sum + place.bytes, 0);
  const names = from.places.map(({ name, bytes: size }) => `${printable(name)} (${formatSize(size)})`);
  return [
    ["writes", `${formatSize(bytes)} at most: ${firstFew(names, namedPlaces)}`],
    ["proof", `all ${formatSize(plan.contentEnd)} by their SHA-256 first; until then it boots, and nothing is changed`],
    [
      "meanwhile",
      "it does not boot while these parts are written and read back; interrupted then, it has to be written again",
    ],
  ];
}

/** As the plan of a write is measured. */
function bare({ targets, plan, stick }: PreparedUpdate) {
  return { targets, plan, choices: { onlyChanged: stick.reader.kind === "drive" } };
}

export function updateJson(prepared: PreparedUpdate): Record<string, unknown> {
  const { stick, plan, targets, from, edits, warnings } = prepared;
  const { origin, program, label, bootPrompt, edits: editsBefore } = stick.manifest;
  return {
    schema: 1,
    stick: {
      path: stick.path,
      size: stick.reader.size,
      program,
      origin,
      label,
      signature: signatureBefore(prepared),
      bootPrompt,
      edits: editsBefore,
    },
    targets,
    from: from.kind,
    plan: {
      filesystem: plan.fileSystem,
      ...diskFacts(bare(prepared)),
      files: plan.files.length,
      edits: plan.edits ?? [],
    },
    edits: editsJson(edits),
    writes: from.kind === "stick" && stick.reader.kind === "drive" ? from.places : null,
    bootsMeanwhile: stick.reader.kind !== "drive",
    warnings,
  };
}
