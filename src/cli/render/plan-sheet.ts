/** What would be written, before the question and for `--dry-run`: the image, each target, and the plan. */
import type { CompressedFormat, WrappedFormat } from "../../containers/index.js";
import { isCompressed } from "../../containers/formats.js";
import type { StreamTarget, Target } from "../../drive/drive.js";
import { sectorSize } from "../../volumes/plan.js";
import { diskSignatureOf, signatureText } from "../../volumes/mbr.js";
import type { OpenedImage } from "../../steps/open-image.js";
import type { PreparedWrite, WriteChoices } from "../../steps/prepare-write.js";
import { printable } from "../escape.js";
import { count, exactSize, formatSize } from "../../bytes/amounts.js";
import type { Style } from "../style.js";
import type { MeasuredTarget } from "../../transfer/most-sent.js";
import { mostSent } from "../../transfer/most-sent.js";
import { imageFileUnit } from "../../bytes/units.js";
import { editFacts, editsJson } from "./edits.js";
import type { Fact } from "./fact-sheet.js";
import { driveFacts, factLines } from "./fact-sheet.js";
import { warningText } from "./warning-line.js";

const startWords = "at a key within 5 seconds, where the machine has another disk that starts; else by itself";
/** As the programs call them that run virtual machines. */
export const formatNames = {
  vhd: "dynamic VHD",
  "vhd-fixed": "fixed VHD",
  vhdx: "VHDX",
  qcow2: "qcow2",
  vmdk: "VMDK",
  vdi: "VDI",
  gz: "gzip",
  zst: "Zstandard",
} as const satisfies Record<WrappedFormat | CompressedFormat, string>;

export const fileSystemNames = { fat32: "FAT32", ntfs: "NTFS" } as const;

/** What the plans of a write and of a clone have in common. */
type Planned = Pick<PreparedWrite, "targets" | "plan"> & { readonly choices: Pick<WriteChoices, "onlyChanged"> };

export function planText(opened: OpenedImage, prepared: PreparedWrite, style: Style, columns: number): string {
  const { plan, windows } = prepared;
  const pack = windows.servicePack ? ` SP${windows.servicePack}` : "";
  const product = [`${windows.product ?? "unknown"}${windows.edition === null ? "" : ` ${windows.edition}`}${pack}`];
  const what = [...product, windows.architecture ?? "", ...windows.languages].filter((word) => word !== "").join(", ");
  const facts: Fact[] = [
    ["image", `${printable(opened.path)}, ${formatSize(opened.size)}`],
    ["holds", style.strong(printable(what))],
  ];
  facts.push(...targetFacts(prepared, style));
  facts.push(
    ...editFacts(prepared.edits),
    ["file system", `${fileSystemNames[plan.fileSystem]}, ${labelWords(prepared)}: ${printable(prepared.reason)}`],
    ...(plan.signature === undefined ? [] : [["signature", signatureText(plan.signature)] as const]),
    ...(plan.bootPrompt === true ? [["starts", startWords] as const] : []),
    ["content", `${formatSize(contentBytes(prepared))} in ${count(plan.files.length, "file")}`],
    ["writes", writesWords(prepared)],
    ["image check", imageCheckWords(prepared)],
  );
  const warnings = warningsOf(opened, prepared);
  const lines = warnings.map(({ message }) => warningText(message, style, columns));
  return factLines(facts, style, columns) + lines.join("");
}

/** Each target, with what will be lost on it. */
export function targetFacts({ targets, plan, choices }: Planned, style: Style): Fact[] {
  const facts: Fact[] = [];
  for (const target of targets) {
    if (target.kind === "drive") {
      const [drive, ...more] = driveFacts(target.drive, style, choices.onlyChanged);
      const given: Fact[] = target.givenAs === undefined ? [] : [["given as", printable(target.givenAs)]];
      facts.push(drive!, ...given, ...more);
    } else if (target.kind === "stream") {
      facts.push(["stream", `${style.strong("standard output")}, ${exactSize(plan.diskSize)}`]);
    } else if (target.kind === "image-file")
      facts.push([
        "image file",
        `${style.strong(printable(target.path))}, ${exactSize(plan.diskSize)}${wrappedWords(target)}${replacedWords(target)}`,
      ]);
  }
  return facts;
}

function wrappedWords({ format }: Extract<Target, { kind: "image-file" }>): string {
  if (format === undefined) return "";
  return isCompressed(format) ? `, compressed with ${formatNames[format]}` : ` as ${formatNames[format]}`;
}

/** What will be checked of the image meanwhile. */
function imageCheckWords({ imageCheck: { check, claims }, targets }: PreparedWrite): string {
  if (check === "none") return "none: a damaged image is written as it is";
  const hashes =
    claims === null ? "its SHA-1 and SHA-256" : `its SHA-1 and SHA-256 against those of ${printable(claims.fileName)}`;
  const what = check === "hash" ? hashes : `every file in its WIMs by its SHA-1, and ${hashes}`;
  const isFirst = targets.some(({ kind }) => kind === "stream");
  return isFirst ? `${what}, before the first byte is sent: it is read twice` : `${what}, while it is written`;
}

/** What is lost for it, by the file's own name. */
function replacedWords({ exists, realPath }: Extract<Target, { kind: "image-file" }>): string {
  if (!exists) return "";
  return realPath === undefined ? " (replaced)" : ` (replaced: ${printable(realPath)})`;
}

/** The end of a dry run. */
export function dryRunEnd({ targets, plan }: PreparedWrite): string {
  const images = targets.filter(({ kind }) => kind !== "drive").length;
  if (images === 0) return "nothing was written\n";
  const what = images === 1 ? "the image would have" : "each image would have";
  return `nothing was written; ${what} ${exactSize(plan.diskSize)}\n`;
}

/** Of the files alone, without what a file system has around them. */
function contentBytes({ plan }: PreparedWrite): number {
  return plan.files.reduce((sum, { size }) => sum + size, 0);
}

/** What is sent to a target, in the same bytes that the end tells. */
function writesWords(prepared: PreparedWrite): string {
  const { targets, choices } = prepared;
  const whole = formatSize(bytesToWrite(prepared));
  if (choices.onlyChanged === true) return `what differs of ${whole}`;
  const hasImage = targets.some((target) => target.kind === "image-file" && !isCompressed(target.format));
  return hasImage ? `up to ${whole}: blocks of zeros are left out of an image file` : whole;
}

export function planJson(opened: OpenedImage, prepared: PreparedWrite): Record<string, unknown> {
  const { plan } = prepared;
  return {
    schema: 1,
    image: { path: opened.path, size: opened.size },
    targets: prepared.targets.map((target) => (target.kind === "stream" ? streamJson(target) : target)),
    plan: {
      filesystem: plan.fileSystem,
      reason: prepared.reason,
      ...diskFacts(prepared),
      imageCheck: prepared.imageCheck.check,
      files: plan.files.length,
      edits: editsJson(prepared.edits),
      splits: prepared.splits.map(({ path, size, parts }) => ({ path, size, parts })),
      extents: plan.extents.map(({ offset, length, source }) => ({ offset, length, kind: source.kind })),
    },
    warnings: warningsOf(opened, prepared),
  };
}

/** What `--json` says of the disk, of a write and of a clone. */
export function diskFacts(prepared: Planned) {
  const { plan } = prepared;
  return {
    label: plan.label,
    signature: signatureText(diskSignatureOf(plan)),
    bootPrompt: plan.bootPrompt === true,
    clusterSize: plan.clusterSize,
    totalBytes: plan.diskSize,
    bytesToWrite: bytesToWrite(prepared),
  };
}

function streamJson({ kind, path }: StreamTarget): Pick<StreamTarget, "kind" | "path"> {
  return { kind, path };
}

/** All that there is to warn of before a write. */
export function warningsOf({ image, windows }: OpenedImage, prepared: PreparedWrite) {
  return [...image.warnings, ...windows.warnings, ...prepared.warnings];
}

/** As the event before the first byte tells it. */
export function bytesToWrite({ plan, targets, choices }: Planned): number {
  const measured = targets.map((target): MeasuredTarget => {
    if (target.kind === "writer") return target.writer;
    if (target.kind === "stream") return { kind: target.kind, size: plan.diskSize, alignment: sectorSize };
    if (target.kind === "image-file") {
      const sequential = isCompressed(target.format) ? ({ sequential: true } as const) : {};
      return { kind: target.kind, size: plan.diskSize, alignment: imageFileUnit, ...sequential };
    }
    return { kind: target.kind, size: target.drive.size, alignment: target.drive.logicalBlockSize };
  });
  return mostSent(plan, measured, choices.onlyChanged === true);
}

/** A label that was chosen is warned of where it is changed; the image's own is named. */
function labelWords({ image, plan, choices }: PreparedWrite): string {
  const own = image.image.volumeLabel;
  const isCut = choices.label === undefined && own !== plan.label && own !== "";
  return printable(`label ${plan.label === "" ? "none" : plan.label}${isCut ? ` (of ${own})` : ""}`);
}
