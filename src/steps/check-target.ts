/** The step that checks a target: it determines what should be on it, reads all of it, and reports what differs. */
import { checkAgainst, type Mismatch } from "../check/index.js";
import { locateManifest } from "../check/locate-manifest.js";
import { createReadBytes } from "../check/read-bytes.js";
import type { WrappedFormat } from "../containers/index.js";
import type { Target } from "../drive/drive.js";
import type { DriveReader } from "../drive/drive-reader.js";
import { Failures, Win7UsbError, type Warning } from "../errors.js";
import type { ProgressEvent } from "../progress/events.js";
import { createMeter, type Meter } from "../progress/progress-meter.js";
import { Interruption } from "../source/interruption.js";
import type { DiskLayout } from "../volumes/disk-layout.js";
import type { FileSystemName } from "../volumes/plan.js";
import { expectationFor } from "./check-expectation.js";
import { identityOfDrive, layoutExpected, originOf, type CheckOrigin, type DriveFacts } from "./check-facts.js";
import { diskSignature } from "./disk-signature.js";
import type { CheckCause, CheckVerdict } from "./check-verdict.js";
import { causeOfForeign, verdictWithoutComparison, checkVerdictOf } from "./check-verdict.js";
import { accessWarnings, contentWarnings } from "./check-warnings.js";
import type { EditChoices } from "./edit-choices.js";
import { isAnyAsked } from "./edit-choices.js";
import type { ImageInput } from "./image-input.js";
import { openImage, type OpenedImage } from "./open-image.js";
import { openTarget, type OpenedTarget, type TargetInput } from "./open-target.js";

export type { CheckOrigin } from "./check-facts.js";

/** Events of `check`. */
export type CheckEvent = ProgressEvent<"check"> | ({ readonly event: "warning" } & Warning);

/** Choices of `check`; with an image, what was changed in its files when the target was written. */
export type CheckOptions = EditChoices & {
  /** Compare with this image's plan instead of the target's own manifest. */
  readonly image?: ImageInput | undefined;
  /** The label that the target was written with, where neither manifest nor volume have it. */
  readonly label?: string | undefined;
  /** The disk signature it was written with, where its manifest does not tell it: as `WriteChoices` has it. */
  readonly signature?: string | undefined;
  /** Whether it was written to ask for a key, where its manifest does not tell it: as `WriteChoices` has it. */
  readonly bootPrompt?: boolean | undefined;
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
  /** Null for `match`; the gravest where there are several. */
  readonly cause: CheckCause | null;
  /** `size` in bytes; a source counts as an image file. */
  readonly target: {
    readonly path: string;
    readonly kind: Target["kind"];
    readonly size: number;
    /** What the file wraps the disk in; absent where it is the disk itself. */
    readonly format?: WrappedFormat;
  } & DriveFacts;
  /** What it was compared with; null where there was nothing. */
  readonly against: "image" | "manifest" | null;
  /** Null where there is no manifest, or it does not record it. */
  readonly origin: CheckOrigin | null;
  readonly fileSystem: FileSystemName | null;
  readonly label: string | null;
  /** Their number; null where their names are not known. */
  readonly files: number | null;
  /** Number of bytes that were compared. */
  readonly bytes: number;
  /** By offset, ascending. */
  readonly mismatches: readonly Mismatch[];
  /** Paths of files that people put there since. */
  readonly added: readonly string[];
  /** Paths of files that systems put on every drive. */
  readonly addedBySystem: readonly string[];
  /** A system has changed the volume since it was written. */
  readonly usedSince: boolean;
  /** What lies where, by what it was compared with; null where there was nothing. */
  readonly layout: DiskLayout | null;
  readonly warnings: readonly Warning[];
};

/**
 * Reads all of a target and reports what is not as it was written. Throws what opening the target (exit code 5) and
 * reading the image (3) throw, and `interrupted`.
 */
export async function check(input: TargetInput, options: CheckOptions = {}): Promise<CheckResult> {
  const { image, signal, name = "target" } = options;
  if (image === undefined) requireNoneOfImage(options);
  const path = typeof input === "string" ? input : name;
  const interruption = new Interruption(signal, () => interruptedAt(path));
  try {
    const failures = new Failures();
    const target = await failures.attempt(() => interruption.run(() => openTarget(input, name)));
    try {
      if (signal?.aborted === true) failures.throwAll();
      const opened = image === undefined ? undefined : await failures.attempt(() => openImage(image, { signal }));
      try {
        failures.throwAll();
        return await interruption.run(async () => {
          const result = await checkOpened(target!, opened, options);
          await opened?.assertUnchanged();
          return result;
        });
      } finally {
        await opened?.close();
      }
    } finally {
      if (target !== undefined) await interruption.close(() => target.reader.close());
    }
  } finally {
    interruption.end();
  }
}

/** Throws `usage` for what is compared with an image alone: it would be passed over. */
function requireNoneOfImage(options: CheckOptions): void {
  if (isAnyAsked(options)) {
    const message = "what was changed in an image's files can be compared with that image alone";
    throw new Win7UsbError("usage", message, { data: { choice: "image" } });
  }
  const choice = (["label", "signature", "bootPrompt"] as const).find((each) => options[each] !== undefined);
  if (choice === undefined) return;
  const what = { label: "label", signature: "disk signature", bootPrompt: "question at the start" }[choice];
  throw new Win7UsbError("usage", `a ${what} says how an image was written, and no image is given to compare with`, {
    hint: `Give the image too, or leave the ${what} out.`,
    data: { choice, lacks: "image" },
  });
}

async function checkOpened(
  target: OpenedTarget,
  opened: OpenedImage | undefined,
  choices: CheckOptions,
): Promise<CheckResult> {
  const { reader } = target;
  const read = createReadBytes(reader);
  const found = await locateManifest(reader, read);
  const warnings: Warning[] = [];
  const { format } = target;
  const common = {
    target: {
      path: reader.path,
      kind: reader.kind,
      size: reader.size,
      ...(format === undefined ? {} : { format }),
      ...identityOfDrive(target.target),
    },
    warnings,
  };
  const tell = (each: readonly Warning[]): void => each.forEach((warning) => warn(warnings, choices, warning));
  tell(accessWarnings(target));
  // The rest of its content is incomplete, so that comparing it would say nothing.
  if (found.unfinishedBy !== null) return { ...common, ...nothingCompared, verdict: "mismatch", cause: "unfinished" };
  const expected = await expectationFor(found, opened, reader, {
    ...choices,
    signature: diskSignature(choices.signature, [target.target]),
  });
  const { expectation, otherwise } = expected;
  tell(await contentWarnings(reader, read, found, expected, opened !== undefined));
  const origin = originOf(found);
  if (expectation === undefined)
    return { ...common, ...nothingCompared, ...verdictWithoutComparison(found, otherwise) };
  const { notes, ...findings } = await checkAgainst(expectation, { reader, ...progressOf(reader, choices) });
  tell(notes.map(({ code, message }) => ({ code, message: `${reader.path}: ${message}` })));
  const { fileSystem, label, files } = expectation.kind === "image" ? expectation.plan : expectation.manifest;
  const layout = layoutExpected(expectation);
  const known = { origin, fileSystem, label, files: files?.length ?? null, layout };
  const compared = { ...common, against: expectation.kind, ...known, ...findings };
  const foreign = causeOfForeign(found, expectation, findings);
  if (foreign !== undefined) return { ...compared, ...noFindings, verdict: "mismatch", cause: foreign };
  return { ...compared, ...checkVerdictOf(findings, otherwise) };
}

/** Does nothing after an interruption: the call has rejected. */
function warn(warnings: Warning[], { onEvent, signal }: CheckOptions, warning: Warning): void {
  if (signal?.aborted === true) return;
  warnings.push(warning);
  onEvent?.({ event: "warning", ...warning });
}

const noFindings = { mismatches: [], added: [], addedBySystem: [], usedSince: false } as const;

const nothingCompared = {
  ...noFindings,
  against: null,
  origin: null,
  fileSystem: null,
  label: null,
  files: null,
  bytes: 0,
  layout: null,
} as const;

/** Progress events like those of a write's read-back. */
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
      // The call has rejected; this ends the reading that goes on.
      if (signal?.aborted === true) throw interruptedAt(reader.path);
      left -= bytes;
      meter?.advance(bytes);
      if (left === 0) meter?.end();
    },
  };
}

function interruptedAt(path: string): Win7UsbError {
  return new Win7UsbError("interrupted", `the check of ${path} was interrupted`, {
    hint: "Nothing was changed; run the same command again.",
  });
}
