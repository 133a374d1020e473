/** The step that checks a target: finds out what should be on it, reads it whole, and says what is otherwise. */
import { checkAgainst, type CheckFindings, type Expectation, type Mismatch } from "../check/index.js";
import { locateManifest, type FoundManifest } from "../check/locate-manifest.js";
import { createReadBytes } from "../check/read-bytes.js";
import type { Target } from "../drive/drive.js";
import type { DriveReader } from "../drive/drive-reader.js";
import { Win7UsbError, type Warning } from "../errors.js";
import { assertWhole, paddingCode } from "../iso9660-reader/index.js";
import { chooseFileSystem, planDisk } from "../volumes/index.js";
import { endOf, manifestAreaSize, partitionTypes } from "../volumes/mbr.js";
import type { DiskPlan, FileSystemName } from "../volumes/plan.js";
import { packageVersion } from "../version.js";
import type { ProgressEvent } from "../progress/events.js";
import { createMeter, type Meter } from "../progress/progress-meter.js";
import { fitTree } from "./fit-tree.js";
import type { ImageInput } from "./image-input.js";
import { openImage, type OpenedImage } from "./open-image.js";
import { openTarget, type OpenedTarget, type TargetInput } from "./open-target.js";

/**
 * `match`: everything that was written is there and intact. `mismatch`: something is not. `unreadable`: it cannot be
 * told, because the target gives errors or holds nothing to compare it with.
 */
export type CheckVerdict = "match" | "mismatch" | "unreadable";

/** What `check` tells while it runs. */
export type CheckEvent = ProgressEvent<"check"> | ({ readonly event: "warning" } & Warning);

/** Choices of `check`. */
export type CheckOptions = {
  /** Compare with this image's plan instead of the target's own manifest. */
  readonly image?: ImageInput | undefined;
  /** The label the target was written with, where neither manifest nor volume tell it. */
  readonly label?: string | undefined;
  /** How messages and results call a target that is a source. Default: `target`. */
  readonly name?: string | undefined;
  /** Aborting it rejects the call with `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: CheckEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
};

/** What a check found. */
export type CheckResult = {
  readonly verdict: CheckVerdict;
  /** `size` in bytes; a source counts as an image file. */
  readonly target: { readonly path: string; readonly kind: Target["kind"]; readonly size: number };
  /** What it was compared with; null where there was nothing. */
  readonly against: "image" | "manifest" | null;
  readonly fileSystem: FileSystemName | null;
  readonly label: string | null;
  /** Null where they are not known by name. */
  readonly files: number | null;
  /** That were compared. */
  readonly bytes: number;
  /** By offset, ascending. */
  readonly mismatches: readonly Mismatch[];
  /** Paths of files that people put there since. */
  readonly added: readonly string[];
  /** Paths of files that systems put on every drive. */
  readonly addedBySystem: readonly string[];
  /** A system has changed the volume since it was written. */
  readonly usedSince: boolean;
  readonly warnings: readonly Warning[];
};

/**
 * Reads a target whole and says what is not as it was written. Throws what opening the target (exit code 5) and reading the
 * image (3) throw, and `interrupted`.
 */
export async function check(input: TargetInput, options: CheckOptions = {}): Promise<CheckResult> {
  const { image, signal, name = "target" } = options;
  throwIfInterrupted(typeof input === "string" ? input : name, signal);
  const target = await openTarget(input, name);
  try {
    const opened = image === undefined ? undefined : await openImage(image, { signal });
    try {
      const result = await checkOpened(target, opened, options);
      await opened?.assertUnchanged();
      return result;
    } finally {
      await opened?.close();
    }
  } finally {
    await target.reader.close();
  }
}

async function checkOpened(
  target: OpenedTarget,
  opened: OpenedImage | undefined,
  choices: CheckOptions,
): Promise<CheckResult> {
  const { reader } = target;
  const found = await locateManifest(reader, createReadBytes(reader));
  const expectation = await expect(found, opened, reader, choices);
  const warnings: Warning[] = [];
  for (const warning of warningsFor(target, found, expectation)) warn(warnings, choices, warning);
  const common = { target: { path: reader.path, kind: reader.kind, size: reader.size }, warnings };
  if (expectation === undefined) return { ...common, ...nothingToCompare };
  const { notes, ...findings } = await checkAgainst(expectation, { reader, ...progressOf(reader, choices) });
  for (const { code, message } of notes) warn(warnings, choices, { code, message: `${reader.path}: ${message}` });
  const { fileSystem, label, files } = expectation.kind === "image" ? expectation.plan : expectation.manifest;
  const known = { fileSystem, label, files: files?.length ?? null };
  return { ...common, verdict: verdictOf(findings), against: expectation.kind, ...known, ...findings };
}

function warn(warnings: Warning[], { onEvent }: CheckOptions, warning: Warning): void {
  warnings.push(warning);
  onEvent?.({ event: "warning", ...warning });
}

const nothingToCompare = {
  verdict: "unreadable",
  against: null,
  fileSystem: null,
  label: null,
  files: null,
  bytes: 0,
  mismatches: [],
  added: [],
  addedBySystem: [],
  usedSince: false,
} as const;

function verdictOf({ mismatches }: Pick<CheckFindings, "mismatches">): CheckVerdict {
  if (mismatches.length === 0) return "match";
  return mismatches.every(({ cause }) => cause === "unreadable") ? "unreadable" : "mismatch";
}

async function expect(
  found: FoundManifest,
  opened: OpenedImage | undefined,
  reader: DriveReader,
  choices: CheckOptions,
): Promise<Expectation | undefined> {
  if (opened !== undefined) return { kind: "image", plan: await planAnew(found, opened, reader, choices), found };
  return found.read.kind === "manifest" ? { kind: "manifest", manifest: found.read.manifest, found } : undefined;
}

/** The plan that the target was written by: what the image does not say is taken from the target. */
async function planAnew(
  found: FoundManifest,
  opened: OpenedImage,
  reader: DriveReader,
  choices: CheckOptions,
): Promise<DiskPlan> {
  assertWhole(opened.image, [paddingCode]);
  const { volumeLabel } = opened.image;
  const manifest = found.read.kind === "manifest" ? found.read.manifest : undefined;
  const fileSystem =
    manifest?.fileSystem ?? fileSystemOf(found) ?? chooseFileSystem(opened.image.tree, "auto").fileSystem;
  const label = choices.label ?? manifest?.label ?? volumeLabel;
  const { tree } = await fitTree(opened.image.tree, fileSystem);
  return planDisk(tree, { diskSize: manifest?.diskSize ?? diskSizeOf(found, reader) }, { fileSystem, label });
}

function fileSystemOf({ partition }: FoundManifest): FileSystemName | undefined {
  return (["fat32", "ntfs"] as const).find((name) => partitionTypes[name] === partition?.osType);
}

/** A stick may have been planned as the smaller of two, or copied from an image file: its partition tells. */
function diskSizeOf({ partition }: FoundManifest, reader: DriveReader): number {
  if (partition === undefined) return reader.size;
  const planned = endOf(partition) + manifestAreaSize;
  return reader.size >= planned && reader.size < planned + manifestAreaSize ? reader.size : planned;
}

function warningsFor(
  { reader, mountpoints }: OpenedTarget,
  { read }: FoundManifest,
  expectation: Expectation | undefined,
): Warning[] {
  const warnings: Warning[] = [];
  if (mountpoints.length > 0) {
    const at = mountpoints.map(({ path }) => path).join(", ");
    warnings.push({ code: "mounted", message: `${reader.path} is mounted at ${at}: it may change while it is read` });
  }
  if (!reader.fromMedium) {
    warnings.push({ code: "check-cached", message: `${reader.path} is read through the system's cache` });
  }
  if (read.kind !== "manifest") {
    warnings.push({ code: `manifest-${read.kind}`, message: `${reader.path}: ${read.reason}` });
  } else if (expectation?.kind === "image" && read.manifest.program !== packageVersion) {
    const message = `written by win7usb ${read.manifest.program}, this is ${packageVersion}: structures may differ`;
    warnings.push({ code: "other-version", message });
  } else if (read.manifest.files === null && expectation?.kind === "manifest") {
    warnings.push({
      code: "no-names",
      message: "its manifest had no room for the files' names: places are told alone",
    });
  }
  return warnings;
}

/** Told as the read-back of a write is. */
function progressOf(reader: DriveReader, { now = () => performance.now(), onEvent, signal }: CheckOptions) {
  let meter: Meter | undefined;
  let left = 0;
  const tell = (event: ProgressEvent<"check">): void => onEvent?.(event);
  return {
    begin(totalBytes: number): void {
      left = totalBytes;
      meter = createMeter({ phase: "check", target: reader.path, totalBytes, now, onEvent: tell });
    },
    advanced(bytes: number): void {
      throwIfInterrupted(reader.path, signal);
      left -= bytes;
      meter?.advance(bytes);
      if (left === 0) meter?.end();
    },
  };
}

function throwIfInterrupted(path: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new Win7UsbError("interrupted", `the check of ${path} was interrupted`, {
    hint: "Nothing was changed; run the same command again.",
  });
}
