/**
 * Which sticks a station takes: a pure function of what the drive is, what is on it, and what was asked for. What decides is
 * asked in the order of what it costs: the guard of every write, then the drive's name and size, then its content. Nothing that
 * holds data is taken unless the person has named data (`any`), and what the guard refuses is never taken.
 */
import type { Drive } from "../drive/drive.js";
import type { Refusal } from "../drive/guard.js";
import { formatDriveSize } from "../bytes/amounts.js";

/** What may be lost: an empty stick, one that win7usb made and nobody has put anything on, or whatever is there. */
export const takenContents = ["empty", "ours", "any"] as const;
export type TakenContent = (typeof takenContents)[number];

/** Decided before the first stick comes, and the same for all of them. */
export type StationRules = {
  /** Patterns of a model, a serial number, a port or a path, of which one must fit; all sticks where there is none. */
  readonly only: readonly string[];
  /** Bytes of the largest stick; undefined where any will do. */
  readonly maxSize?: number | undefined;
  readonly take: readonly TakenContent[];
};

/** What was found on a stick. `words` are the rest of a sentence whose subject is the stick. */
export type StickContent =
  | { readonly kind: "empty" | "ours" }
  | { readonly kind: "data" | "unknown"; readonly words: string };

/** A drive with what the guard has against it. */
export type ListedStick = {
  readonly drive: Drive;
  readonly refusals: readonly Pick<Refusal, "code" | "message">[];
};

/** Why a stick is not taken. `code` is the guard's, or `not-named`, `above-max-size`, `has-data`, `unknown-content`. */
export type StickRefusal = { readonly code: string; readonly reason: string };

/** What speaks against a stick before anybody has looked at what is on it; null where nothing does. */
export function refusalBeforeLooking(stick: ListedStick, rules: StationRules): StickRefusal | null {
  const { drive, refusals } = stick;
  const [first] = refusals;
  if (first !== undefined) return { code: first.code, reason: withoutPath(first.message, drive.path) };
  // The guard's refusal of fixed disks can be lifted elsewhere; here it cannot.
  if (!drive.removable || drive.system) return { code: "fixed-disk", reason: "is no removable drive" };
  if (rules.only.length > 0 && !rules.only.some((pattern) => isNamed(drive, pattern))) {
    return { code: "not-named", reason: "is none of those that this station takes" };
  }
  if (rules.maxSize !== undefined && drive.size > rules.maxSize) {
    const reason = `holds ${formatDriveSize(drive.size)}, more than the ${formatDriveSize(rules.maxSize)} that this station takes`;
    return { code: "above-max-size", reason };
  }
  return null;
}

/** What speaks against a stick with this on it; null where it is taken. */
export function refusalOfContent(content: StickContent, { take }: StationRules): StickRefusal | null {
  if (take.includes("any")) return null;
  if (content.kind === "data") return { code: "has-data", reason: content.words };
  if (content.kind === "unknown") return { code: "unknown-content", reason: content.words };
  if (take.includes(content.kind)) return null;
  return content.kind === "empty"
    ? { code: "not-named", reason: "is empty, and this station takes those that win7usb made" }
    : { code: "has-data", reason: "was made by win7usb, and this station takes empty ones" };
}

/** What a sentence says of a drive: many begin with its path. */
export function withoutPath(message: string, path: string): string {
  return message.startsWith(`${path} `) ? message.slice(path.length + 1) : message;
}

/** Whether a pattern is the drive's model, serial number, port or path, in any case; `*` is any text, `?` any character. */
export function isNamed({ model, serial, port, path }: Drive, pattern: string): boolean {
  return [model, serial, port, path].some((name) => typeof name === "string" && fits(name, pattern));
}

/**
 * Without regular expressions: a model is foreign text of any length, and a pattern such as `*a*a*a*` would take one for minutes.
 * The last asterisk alone is gone back to, because what fits before it cannot fit better later.
 */
function fits(text: string, pattern: string): boolean {
  const [name, wanted] = [text.trim().toLowerCase(), pattern.toLowerCase()];
  let at = 0;
  let star = -1;
  let from = 0;
  let next = 0;
  while (at < name.length) {
    if (next < wanted.length && wanted[next] === "*") {
      star = next;
      from = at;
      next += 1;
    } else if (next < wanted.length && (wanted[next] === "?" || wanted[next] === name[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      next = star + 1;
    } else return false;
  }
  while (wanted[next] === "*") next += 1;
  return next === wanted.length;
}
