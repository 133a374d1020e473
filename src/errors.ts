/**
 * One error class and one table from error code to exit code. The codes and the exit codes are part of the public
 * contract: scripts match on them. A message says what failed, the value seen and the value expected; the hint says
 * what to do next.
 */

/** Exit codes by error code. The numbers are the contract's: 3 image, 4 not what was asked for, 5 target, 6 write. */
export const exitCodes = {
  internal: 1,
  usage: 2,
  // What is asked of a stick cannot be had from the stick itself.
  "image-needed": 2,
  // The image cannot be read or is damaged.
  "image-missing": 3,
  "image-unreadable": 3,
  "image-not-iso": 3,
  "image-truncated": 3,
  // Cut short behind the last file.
  "padding-missing": 3,
  "image-changed": 3,
  "image-damaged": 3,
  "image-unsupported": 3,
  // A disc in a drive.
  "no-medium": 3,
  "disc-unsupported": 3,
  "disc-changed": 3,
  // Found while it was written: the target is not bootable.
  damaged: 3,
  altered: 3,
  // A stick that others are to be made of.
  "stick-foreign": 3,
  "stick-unfinished": 3,
  "stick-damaged": 3,
  // What is to be added to it.
  "input-missing": 3,
  "input-unreadable": 3,
  "input-changed": 3,
  "wim-damaged": 3,
  "wim-unsupported": 3,
  "hive-damaged": 3,
  "hive-dirty": 3,
  "hive-unsupported": 3,
  // The image is sound but not what was asked for.
  x64: 4,
  rtm: 4,
  "pre-release": 4,
  "not-windows-7": 4,
  "no-boot-files": 4,
  "unreadable-wim": 4,
  "unreadable-boot-wim": 4,
  // boot.wim is not as drivers need it.
  "setup-image-unknown": 4,
  "setup-image-altered": 4,
  "drivers-too-large": 4,
  "drivers-unfit": 4,
  "updates-unfit": 4,
  "requirement-unmet": 4,
  // Of another disc than the stick that it is to change.
  "other-image": 4,
  "name-unsupported": 4,
  "name-collision": 4,
  // What is asked to be changed in it.
  "edition-missing": 4,
  "input-unsupported": 4,
  "no-drivers": 4,
  "no-updates": 4,
  "no-devices": 4,
  "answer-file-invalid": 4,
  "unattended-wipe": 4,
  replace: 4,
  "edit-conflict": 4,
  "file-too-large": 4,
  "directory-too-large": 4,
  // The target was refused; nothing was written.
  "system-disk": 5,
  "too-small": 5,
  "target-missing": 5,
  "target-exists": 5,
  "target-not-a-drive": 5,
  "target-in-use": 5,
  "target-read-only": 5,
  "target-changed": 5,
  // What a disc is to be read into belongs to another one.
  "other-disc": 5,
  "map-unusable": 5,
  "target-unsupported": 5,
  "source-drive": 5,
  "sector-size": 5,
  "fixed-disk": 5,
  "large-disk": 5,
  "no-serial": 5,
  "no-permission": 5,
  "no-space": 5,
  // Writing had begun.
  "write-failed": 6,
  "fake-capacity": 6,
  "verify-failed": 7,
  declined: 130,
  interrupted: 130,
} as const satisfies Record<string, number>;

/** Something that is odd and ends nothing; scripts match on the code, the message is a sentence for people. */
export type Warning = { readonly code: string; readonly message: string };

/** Names of all failures that win7usb foresees; scripts match on them. */
export type ErrorCode = keyof typeof exitCodes;

/** What an error says besides its code and message. */
export type ErrorDetails = {
  /** What the person can do about it, as a sentence or a command. */
  hint?: string;
  /** Values for scripts, as they appear in `--json`. */
  data?: Record<string, unknown>;
  cause?: unknown;
  /** What stands in the way beside it, so that nobody meets one refusal after the other. */
  others?: readonly Win7UsbError[];
};

/** Every failure that win7usb foresees. Anything else that is thrown is a fault of its own (`internal`). */
export class Win7UsbError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Record<string, unknown>;
  /** Others that were found with it, in order of weight; they have none of their own. */
  readonly others: readonly Win7UsbError[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "Win7UsbError";
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
    this.others = details.others ?? [];
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** Collects failures that do not hang on each other: the first that is found is thrown, and has the others with it. */
export class Failures {
  readonly #found: Win7UsbError[] = [];

  get found(): readonly Win7UsbError[] {
    return this.#found;
  }

  /** What `work` gives; undefined where it throws a Win7UsbError, which is kept. Anything else goes through. */
  async attempt<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.add(error);
      return undefined;
    }
  }

  /** Throws what is no Win7UsbError. */
  add(error: unknown): void {
    if (!(error instanceof Win7UsbError)) throw error;
    this.#found.push(error, ...error.others);
  }

  /** Does nothing where there are none. */
  throwAll(): void {
    const [first, ...others] = this.#found;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    const { hint, data, cause } = first;
    throw new Win7UsbError(first.code, first.message, { ...(hint === undefined ? {} : { hint }), data, cause, others });
  }
}

/** The exit code for anything that was thrown; what is not ours is a fault in win7usb itself. */
export function exitCodeOf(thrown: unknown): number {
  return thrown instanceof Win7UsbError ? thrown.exitCode : exitCodes.internal;
}

/** The system's name of an error (`EIO`), where it has one. */
export function errorCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Why something failed, as the end of a sentence: without the call and the path that Node puts behind a system's reason. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const call = "syscall" in error && typeof error.syscall === "string" ? error.syscall : null;
  return call === null ? error.message : error.message.replace(new RegExp(`, ${call}\\b.*$`, "s"), "");
}

/** The reason that a message gives, where the sentence that it ends has named its subject: `sources/boot.wim: it has ...`. */
export function reasonBehind({ message }: { readonly message: string }, subject: string): string {
  return message.startsWith(`${subject}: `) ? message.slice(subject.length + 2) : message;
}

/** `usage`, where a caller whose types nobody has checked gives what is no choice; `data` has those that there are. */
export function unknownChoice(choice: string, value: unknown, choices: readonly string[]): Win7UsbError {
  const seen = typeof value === "string" ? JSON.stringify(value) : String(value);
  return new Win7UsbError("usage", `the choice ${choice} is ${seen}, expected ${choices.join(", ")}`, {
    hint: "Correct the call.",
    data: { choice, value: seen, choices },
  });
}
