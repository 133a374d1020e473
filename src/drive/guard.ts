/**
 * Decides which drives are refused: one pure function of facts, so that it can be tested with every kind of drive without
 * touching one. `allow` lifts the refusals of `allowableRefusals` and no others.
 */
import { exactSize, formatSize } from "../bytes/amounts.js";
import { GiB } from "../bytes/units.js";
import type { ErrorCode } from "../errors.js";
import type { Drive } from "./drive.js";

/** Refusals that `allow` lifts; all others stand. */
export const allowableRefusals = ["fixed-disk", "large-disk"] as const;

/** Bytes: sticks for Windows 7 are smaller; a disk with somebody's backups is larger. */
export const largestUnasked = 256 * GiB;

/** Bytes: what a BIOS reads by INT 13h, and what the partition table counts in. */
const bootableSectorSize = 512;

/** A reason not to write to a drive. */
export type Refusal = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly data: Record<string, unknown>;
};

/** What decides, beside the drive itself. */
export type Circumstances = {
  /** Names of refusals that the person lifts; only those in `allowableRefusals` have an effect. */
  readonly allow: readonly string[];
  /** Bytes that the drive must hold; undefined before the plan's needs are known. */
  readonly needed?: number;
  /** Paths of the drives that hold the image (`drivesHolding`). */
  readonly imageDrives?: readonly string[];
  /** Paths of the drives that hold what else goes onto the stick. */
  readonly inputDrives?: readonly string[];
  /** The drive as it was when the person chose it. */
  readonly listed?: Drive;
};

/**
 * Every reason not to write to `drive`, the gravest first; empty where it may be written. A drive with file systems
 * mounted is not refused: they are unmounted after the person agreed, and `target-in-use` is thrown where that fails.
 * Swap space and devices built on it cannot be unmounted.
 */
export function refusals(drive: Drive, circumstances: Circumstances): Refusal[] {
  const found: Refusal[] = [];
  for (const rule of rules) {
    const reason = rule.reason(drive, circumstances);
    if (reason === null || isLifted(rule.code, circumstances.allow)) continue;
    const { hint } = rule;
    found.push({
      code: rule.code,
      message: `${drive.path} ${reason}`,
      hint,
      data: { ...factsOf(drive, circumstances) },
    });
  }
  return found;
}

type Rule = {
  readonly code: ErrorCode;
  /** Why the drive is refused, as the rest of a sentence; null where it is not. */
  readonly reason: (drive: Drive, circumstances: Circumstances) => string | null;
  readonly hint: string;
};

const rules: readonly Rule[] = [
  {
    code: "system-disk",
    reason: ({ system, mountpoints }) =>
      system ? `carries the running system${mountedAt(mountpoints.map(({ path }) => path))}` : null,
    hint: "Choose another drive; this one is never written.",
  },
  {
    code: "source-drive",
    reason: ({ path }, { imageDrives, inputDrives }) => {
      if (imageDrives?.includes(path) === true) return "holds the image that is to be written";
      return inputDrives?.includes(path) === true ? "holds files that are to go onto the stick" : null;
    },
    hint: "Copy it to another drive first, or choose another target.",
  },
  {
    code: "target-changed",
    reason: (drive, { listed }) => (listed === undefined ? null : identityDifference(listed, drive)),
    hint: "Another drive may be in its place: look at `win7usb drives` and start again.",
  },
  {
    code: "target-read-only",
    reason: ({ readOnly }) => (readOnly ? "is read-only" : null),
    hint: "Look for a write-protection switch on it, or choose another drive.",
  },
  {
    code: "target-in-use",
    reason: ({ holders, mountpoints }) => {
      if (mountpoints.some(({ path }) => path === "[SWAP]")) return "is used as swap space";
      return holders.length === 0 ? null : `is in use by ${holders.join(", ")}`;
    },
    hint: "Stop what is built on it (LVM, RAID, encryption, swap), or choose another drive.",
  },
  {
    code: "sector-size",
    reason: ({ logicalBlockSize }) =>
      logicalBlockSize === bootableSectorSize
        ? null
        : `has sectors of ${logicalBlockSize} bytes, expected ${bootableSectorSize}`,
    hint: "Neither PC firmware nor Windows 7 starts from such a drive: use another one, or another USB enclosure.",
  },
  {
    code: "too-small",
    reason: ({ size }, { needed }) =>
      needed !== undefined && size < needed ? `holds ${exactSize(size)}, but ${exactSize(needed)} are needed` : null,
    hint: "Use a larger drive.",
  },
  {
    code: "fixed-disk",
    reason: ({ removable, bus }) => (removable ? null : `is not removable (${bus})`),
    hint: "Choose a removable drive.",
  },
  {
    code: "large-disk",
    reason: ({ size }) =>
      size > largestUnasked
        ? `holds ${exactSize(size)}, more than the ${formatSize(largestUnasked)} of a usual stick`
        : null,
    hint: "Choose a smaller drive.",
  },
];

/**
 * How a drive differs from the one that was listed, as the rest of a sentence; null where it is the same drive. The sequence
 * number changes with the medium; where the system has none, the drive's own attributes are compared.
 */
export function identityDifference(listed: Drive, found: Drive): string | null {
  const keys = ["path", "size", "serial", "model", "sequence", "backingFile"] as const;
  for (const key of keys) {
    if (listed[key] !== found[key]) {
      return `changed since it was chosen: its ${key} was ${String(listed[key])} and is ${String(found[key])}`;
    }
  }
  return null;
}

function isLifted(code: ErrorCode, allow: readonly string[]): boolean {
  return allow.includes(code) && allowableRefusals.some((allowable) => allowable === code);
}

function mountedAt(paths: readonly string[]): string {
  return paths.length === 0 ? "" : ` (mounted at ${paths.join(", ")})`;
}

function factsOf(drive: Drive, { needed }: Circumstances): Record<string, unknown> {
  const { path, size } = drive;
  return needed === undefined ? { target: path, size } : { target: path, size, needed };
}
