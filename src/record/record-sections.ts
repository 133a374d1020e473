/** A record as titled lists of facts, in the order in which a person asks for them: the same for a page and for a text. */
import { count, exactSize, formatDriveSize, formatSize } from "../bytes/amounts.js";
import type { Mismatch } from "../check/mismatch.js";
import { mismatchCauseWords } from "../check/mismatch.js";
import type { RecordImage, RecordPace, RecordTarget, RunRecord } from "./run-record.js";

/** `mono`: a hash or a path, whose characters are compared. Values are foreign text as it is. */
export type RecordFact = { readonly name: string; readonly value: string; readonly mono?: true };
export type RecordSection = {
  readonly title: string;
  readonly facts: readonly RecordFact[];
  readonly list: readonly string[];
};

/** Lines of a list on a page; the JSON record has all. */
const mostListed = 8;

export function sectionsOf(record: RunRecord): RecordSection[] {
  const { images, targets, warnings } = record;
  return [
    ...images.map((image) => imageSection(image, images.length)),
    ...targets.map((target) => targetSection(target)),
    runSection(record),
    ...targets.flatMap((target) => differenceSection(target)),
    ...listSection(
      "Warnings",
      warnings.map(({ message }) => message),
    ),
  ];
}

const fact = (name: string, value: string | null | undefined, mono?: true): RecordFact[] =>
  value === null || value === undefined || value === ""
    ? []
    : [mono === undefined ? { name, value } : { name, value, mono }];

const sentences = (name: string, values: readonly string[]): RecordFact[] =>
  values.length === 0 ? [] : [{ name, value: firstOf(values).join("; ") }];

function imageSection(image: RecordImage, number: number): RecordSection {
  const { path, size, volumeLabel, holds, known, channel, hashes, checked, unchecked, findings } = image;
  return {
    title: number > 1 ? `Image ${path}` : "Image",
    facts: [
      ...fact("File", path),
      ...fact("Holds", holds),
      ...fact("Sold as", channel),
      ...fact("Published as", known),
      ...fact("Label", volumeLabel),
      ...fact("Size", size === null ? null : exactSize(size)),
      ...fact("SHA-256", hashes.sha256, true),
      ...fact("SHA-1", hashes.sha1, true),
      ...fact("MD5", hashes.md5, true),
      ...sentences("Checked", checked),
      ...sentences("Not checked", unchecked),
    ],
    list: firstOf(findings),
  };
}

/** What `-` stands for. */
export const streamName = "standard output";

const titles = { drive: "Drive", "image-file": "Image file", stream: "Stream", unknown: "Target" } as const;

function targetSection(target: RecordTarget): RecordSection {
  const { path, kind, size, model, serial, bus, format, disk, origin, sha256, sha256Bytes, progress } = target;
  const isDrive = kind === "drive";
  const known = size ?? disk?.size ?? null;
  const length = known === null ? null : `${isDrive ? `${formatDriveSize(known)}, ` : ""}${exactSize(known)}`;
  const part = sha256Bytes === null || sha256Bytes === known ? "" : ` (of the first ${exactSize(sha256Bytes)})`;
  return {
    title: titles[kind ?? "unknown"],
    facts: [
      ...(kind === "stream" ? fact("Sent to", streamName) : fact(isDrive ? "Device" : "File", path)),
      ...fact("Model", model),
      ...fact("Serial", serial),
      ...fact("Bus", bus),
      ...fact("Size", length),
      ...fact("Kind", format),
      ...(disk === null
        ? []
        : [
            ...fact("File system", [disk.fileSystem, ...(disk.label === "" ? [] : [`label ${disk.label}`])].join(", ")),
            ...fact("Files", disk.files === null ? null : String(disk.files)),
            ...sentences("Changed", disk.edits),
          ]),
      ...fact("SHA-256", sha256 === null ? null : sha256 + part, true),
      ...fact("Written", paceWords(target.write)),
      ...fact("Read back", readBackWords(target)),
      ...fact("Compared", target.compared === null ? null : formatSize(target.compared)),
      ...fact(
        "It ended at",
        progress === null
          ? null
          : `${progress.phase}: ${formatSize(progress.bytes)} of ${formatSize(progress.totalBytes)}`,
      ),
      ...fact(
        "Made from",
        origin === null ? null : `${origin.volumeLabel}, ${exactSize(origin.size)}, by win7usb ${origin.program}`,
      ),
      ...fact("Its SHA-256", origin?.sha256, true),
    ],
    list: [],
  };
}

function readBackWords({ kind, verified, readBack }: RecordTarget): string | null {
  if (kind === "stream" && verified !== null) return "no: a stream cannot be read back";
  if (verified === null) return null;
  const pace = paceWords(readBack);
  return verified ? `all of it, and equal${pace === null ? "" : `: ${pace}`}` : "no: it was not verified";
}

function paceWords(pace: RecordPace | null): string | null {
  if (pace === null) return null;
  const { bytes, elapsedMs, bytesPerSecond } = pace;
  const rate = bytesPerSecond === 0 ? "" : ` (${formatSize(bytesPerSecond)}/s)`;
  return `${formatSize(bytes)} in ${durationWords(elapsedMs)}${rate}`;
}

function differenceSection({ mismatches, added }: RecordTarget): RecordSection[] {
  return [...listSection("Not as it was written", mismatches.map(mismatchWords)), ...listSection("Added since", added)];
}

function mismatchWords({ path, structure, cause, length, offset, fileOffset, reason }: Mismatch): string {
  const what = [path, structure].filter((each) => each !== null).join(": ");
  const inFile = fileOffset === null ? "" : `, byte ${fileOffset} of the file`;
  const why = reason === null ? "" : `: ${reason}`;
  return `${what === "" ? "partition table, boot record or file system" : what}: ${mismatchCauseWords[cause]} (${formatSize(length)} at byte ${offset}${inFile})${why}`;
}

function runSection({
  command,
  program,
  platform,
  started,
  ended,
  elapsedMs,
  options,
  exitCode,
}: RunRecord): RecordSection {
  const given = options.map(({ name, value }) => (value === "" ? `--${name}` : `--${name} ${value}`));
  return {
    title: "Run",
    facts: [
      ...fact("Command", `win7usb ${command}`),
      ...fact("Options", given.length === 0 ? "none" : given.join(" ")),
      ...fact("Began", localTime(started)),
      ...fact("Ended", `${localTime(ended)}, after ${durationWords(elapsedMs)}`),
      ...fact("Exit code", String(exitCode)),
      ...fact("By", `${program.name} ${program.version}, ${platform.runtime}`),
      ...fact("On", `${platform.system} ${platform.release}, ${platform.architecture}`),
    ],
    list: [],
  };
}

/** `2026-11-29 08:00:07 +01:00` of `2026-11-29T08:00:07.123+01:00`. */
export function localTime(iso: string): string {
  return iso
    .replace("T", " ")
    .replace(/\.\d+/, "")
    .replace(/([+-]\d\d:\d\d)$/, " $1");
}

const minute = 60_000;

/** `4.2 s`, `3 min 7 s`. */
function durationWords(ms: number): string {
  if (ms < minute) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / minute)} min ${Math.round((ms % minute) / 1000)} s`;
}

function listSection(title: string, list: readonly string[]): RecordSection[] {
  return list.length === 0 ? [] : [{ title, facts: [], list: firstOf(list) }];
}

function firstOf(list: readonly string[]): string[] {
  if (list.length <= mostListed) return [...list];
  return [
    ...list.slice(0, mostListed),
    `and ${count(list.length - mostListed, "more line")}, which the JSON record has`,
  ];
}
