/** The end of a write for people: what was done, and the next step at the bench. */
import { isCompressed } from "../../containers/formats.js";
import type { PreparedWrite } from "../../steps/prepare-write.js";
import type { DoneEvent, TargetDone } from "../../progress/events.js";
import type { WriteResult } from "../../write/write-plan.js";
import { hintFor } from "../hints.js";
import { printable } from "../escape.js";
import { exactSize, formatSize } from "../../bytes/amounts.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import type { WritePace } from "./write-pace.js";

/** What a write and a clone have in common. */
export type Written = Pick<PreparedWrite, "targets" | "containers" | "plan"> & {
  readonly image: Pick<PreparedWrite["image"], "path">;
};

export function doneText(prepared: Written, event: DoneEvent, pace: WritePace, terminal: Terminal): string {
  const style = styleFor(terminal);
  const finished = event.targets.filter((target) => "verified" in target);
  const lines = finished.map((done) => {
    const path = printable(done.path);
    const isStream = prepared.targets.some(({ kind }) => kind === "stream");
    const end = `${style.good("done:")} ${isStream ? "sent, and not read back" : `${path} ${whatWasDone(done)}`}`;
    const hash =
      !isDrive(prepared, done) && done.sha256 !== null
        ? `  SHA-256 ${done.sha256}${ofDisk(prepared, done)}${ofBytes(prepared, done)}\n`
        : "";
    return `${wrap(end, terminal.columns, "  ")}\n${indented(pace.words(done.path, done.bytesDiffering ?? done.bytesWritten), terminal)}${hash}`;
  });
  return lines.join("") + imageWords(prepared, event, terminal) + wrap(nextStep(prepared), terminal.columns);
}

/** What was found of the image meanwhile. */
function imageWords({ image: { path } }: Written, { image }: DoneEvent, terminal: Terminal): string {
  if (image === undefined) return "";
  const { check, verdict, hashes, known, checked } = image;
  const name = printable(path);
  if (check === "none" || verdict === null) return `${wrap(`${name} was not checked`, terminal.columns, "  ")}\n`;
  const found = verdict === "genuine" && known !== null ? `it is ${known}, byte for byte` : checked.join("; ");
  const verdictWords = { genuine: "genuine", intact: "intact as far as was checked", damaged: "damaged (allowed)" };
  const lines = wrap(`${name} is ${verdictWords[verdict]}: ${printable(found)}`, terminal.columns, "  ");
  return `${lines}\n${hashes.sha256 === undefined ? "" : `  SHA-256 ${hashes.sha256}\n`}`;
}

/** `written and verified`, and the like. */
export function whatWasDone({ verified, bytesDiffering }: TargetDone): string {
  const words = verified ? "written and verified" : "written, not verified";
  if (bytesDiffering === undefined) return words;
  if (bytesDiffering > 0) return `${words}: ${formatSize(bytesDiffering)} differed`;
  return verified ? "verified: nothing differed" : "left as it was: nothing differed";
}

function isDrive({ targets }: Written, { path }: TargetDone): boolean {
  return targets.some((target) => target.kind === "drive" && target.path === path);
}

function isCompressedFile(target: Written["targets"][number]): boolean {
  return target.kind === "image-file" && isCompressed(target.format);
}

/** What a file wraps is hashed, and not the file. */
function ofDisk({ containers, targets }: Written, { path }: TargetDone): string {
  const isPacked = targets.some((target) => target.path === path && isCompressedFile(target));
  return containers.has(path) || isPacked ? " of the disk in it" : "";
}

/** Where a file goes on behind what was hashed. */
function ofBytes({ plan }: Written, { sha256Bytes }: TargetDone): string {
  return sha256Bytes === plan.diskSize ? "" : `\n  of the first ${exactSize(sha256Bytes)}`;
}

function indented(text: string, { columns }: Terminal): string {
  if (text === "") return "";
  return `  ${wrap(text, columns - 2).replaceAll("\n", "\n  ")}\n`;
}

function nextStep(prepared: Written): string {
  const drive = prepared.targets.some((target) => target.kind === "drive");
  const image = prepared.targets.find((target) => target.kind === "image-file");
  const boot = "boot the machine from it as a hard disk (USB-HDD), through BIOS or CSM.\n";
  if (drive) return `It is safe to unplug. Next: ${boot}`;
  if (prepared.targets.some(({ kind }) => kind === "stream")) {
    return "Next: compare this SHA-256 with that of what has arrived, or run `win7usb check` on it.\n";
  }
  if (image === undefined) return "";
  if (image.kind === "image-file" && isCompressed(image.format)) {
    const unpack = image.format === "gz" ? "gunzip -c" : "zstd -dc";
    return `Next: unpack it onto a stick (${unpack}, into dd), then ${boot}`;
  }
  if (image.kind === "image-file" && image.format !== undefined) {
    return "Next: attach it to a virtual machine as its first hard disk (IDE or SATA, BIOS), and start it.\n";
  }
  return `Next: copy it to a stick (dd, or Rufus in DD mode), then ${boot}`;
}

export function failedText(result: WriteResult, style: Style, columns: number): string {
  return result.failed
    .map(({ path, error }) => {
      const hint = hintFor(error, "write");
      const line = wrap(`${style.bad("failed:")} ${printable(path)}: ${printable(error.message)}`, columns, "  ");
      return hint === undefined ? `${line}\n` : `${line}\n${wrap(`  hint: ${printable(hint)}`, columns, "        ")}\n`;
    })
    .join("");
}
