/** The record of a run as data: what it read, what it wrote or checked, and what came of it. `--record x.json` is this. */
import type { Mismatch } from "../check/mismatch.js";
import type { DiskMap } from "./disk-map.js";

/** How a verdict is meant: that nothing is wrong, that one has to look, or that it is of no use. */
export type Tone = "good" | "warning" | "bad";

/** In the words of the command itself. */
export type RecordVerdict = {
  readonly tone: Tone;
  /** The first word or words: `done`, `match`, `Genuine`, `failed`. */
  readonly word: string;
  readonly sentence: string;
  /** What to do; null where there is nothing. */
  readonly hint: string | null;
};

export type RecordHashes = { readonly sha1?: string; readonly sha256?: string; readonly md5?: string };

/** An image that was read. What is not known is null. */
export type RecordImage = {
  readonly path: string;
  /** Bytes; null where it could not be opened. */
  readonly size: number | null;
  readonly volumeLabel: string | null;
  /** `Windows 7 Professional with Service Pack 1, x86, en-US`. */
  readonly holds: string | null;
  readonly edition: string | null;
  readonly architecture: string | null;
  readonly servicePack: number | null;
  readonly languages: readonly string[];
  readonly channel: string | null;
  /** The published image with its hash, by file name. */
  readonly known: string | null;
  /** Of the whole file, hexadecimal. */
  readonly hashes: RecordHashes;
  readonly checked: readonly string[];
  readonly unchecked: readonly string[];
  /** What was found against it, or is to be known of it, as sentences. */
  readonly findings: readonly string[];
};

/** `elapsedMs` includes, of a write, what is flushed. */
export type RecordPace = { readonly bytes: number; readonly elapsedMs: number; readonly bytesPerSecond: number };

/** How far a target was when the run ended without it. */
export type RecordProgress = { readonly phase: string; readonly bytes: number; readonly totalBytes: number };

/** What was laid out on a disk, or is on it. */
export type RecordDisk = {
  readonly fileSystem: string;
  readonly label: string;
  /** Bytes. */
  readonly size: number;
  /** Null where it is not known. */
  readonly files: number | null;
  /** Of what was changed in the image's files: `edition Ultimate`. */
  readonly edits: readonly string[];
};

type TargetKind = "drive" | "image-file" | "stream";

/** A drive, an image file or a stream that was written or checked. */
export type RecordTarget = {
  /** Of a stream `-`: it is standard output. */
  readonly path: string;
  readonly kind: TargetKind | null;
  /** Bytes: of a drive, or of the disk in an image file. */
  readonly size: number | null;
  /** As the drive says; null of all else. */
  readonly model: string | null;
  readonly serial: string | null;
  readonly bus: string | null;
  /** What a file wraps the disk in; null where it is the disk itself. */
  readonly format: string | null;
  readonly disk: RecordDisk | null;
  /** The image that it was made from, as its manifest says; null for a write. */
  readonly origin: {
    readonly volumeLabel: string;
    readonly size: number;
    readonly sha256: string | null;
    readonly program: string;
  } | null;
  /** Read back and equal; null for a check. */
  readonly verified: boolean | null;
  /** Of the first `sha256Bytes` bytes as they were read back; null where nothing was. */
  readonly sha256: string | null;
  readonly sha256Bytes: number | null;
  readonly write: RecordPace | null;
  readonly readBack: RecordPace | null;
  /** Null where it was finished, or never begun. */
  readonly progress: RecordProgress | null;
  /** Bytes that a check compared; null for a write. */
  readonly compared: number | null;
  readonly mismatches: readonly Mismatch[];
  /** Paths of files that people put there since; at most 1,000. */
  readonly added: readonly string[];
  readonly map: DiskMap | null;
};

export type RecordWarning = { readonly code: string; readonly message: string };

/** Everything that one run told, and when. */
export type RunRecord = {
  readonly schema: 1;
  readonly command: "write" | "verify" | "check";
  readonly program: { readonly name: "win7usb"; readonly version: string };
  readonly platform: {
    /** `Linux`, `Darwin`, `Windows_NT`. */
    readonly system: string;
    readonly release: string;
    readonly architecture: string;
    readonly runtime: string;
  };
  /** ISO 8601, local time with its distance from UTC. */
  readonly started: string;
  readonly ended: string;
  readonly elapsedMs: number;
  /** As they were given, without their dashes. */
  readonly options: readonly { readonly name: string; readonly value: string }[];
  readonly exitCode: number;
  /** One for each image or target, and one for what ended the run. */
  readonly verdicts: readonly RecordVerdict[];
  readonly images: readonly RecordImage[];
  readonly targets: readonly RecordTarget[];
  readonly warnings: readonly RecordWarning[];
};
