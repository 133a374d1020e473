/** What was checked, and what cannot be checked with this image alone: `intact` must not claim more than that. */
import { count } from "../bytes/amounts.js";
import type { FileTree } from "../tree/index.js";
import { walk } from "../tree/index.js";
import type { KnownFinding } from "./known-image.js";
import { hashNames } from "./known-image.js";
import { isLookedAt, type WimOutcome, type WimSet } from "./wims.js";

/** Sentences without a full stop. */
export type Scope = { readonly checked: readonly string[]; readonly unchecked: readonly Unchecked[] };
/** `byDeep`: a deep verification checks it. */
export type Unchecked = { readonly what: string; readonly byDeep: boolean };

export function scopeOf(tree: FileTree | null, finding: KnownFinding | null, wims: readonly WimOutcome[]): Scope {
  if (finding !== null) {
    return { checked: [`every byte, by a known ${hashNames[finding.matchedBy]}`], unchecked: [] };
  }
  if (tree === null) return { checked: [], unchecked: [unchecked("the files: the volume cannot be read")] };
  const deep = wims.filter(isCompared);
  const beyond = wims.filter(({ set }) => !isLookedAt(set));
  const unsupported = wims.filter((wim) => wim.unsupported !== null && isLookedAt(wim.set));
  const others = wims.filter((wim) => !isCompared(wim) && wim.unsupported === null);
  const shallow = others.filter(isRead);
  return {
    checked: [
      "the volume's structures",
      "the boot files' shapes",
      ...sentenceAbout(deep, (list) => `every blob of ${list}, by its SHA-1`),
      ...sentenceAbout(shallow, (list) => `the tables of ${list}`),
    ],
    unchecked: [
      ...sentenceAbout(shallow, (list) => ({ what: `the contents of ${list}`, byDeep: true })),
      ...sentenceAbout(unsupported, (list) => unchecked(`the contents of ${list}, whose compression is not supported`)),
      ...sentenceAbout(beyond, (list) => unchecked(`${list}: a limit of win7usb`)),
      ...sentenceAbout(
        others.filter((wim) => !isRead(wim)),
        (list) => unchecked(`the contents of ${list}, which cannot be opened`),
      ),
      unchecked(`the bytes of ${filesOutside(tree, wims)} outside WIMs: no hash of them is known`),
    ],
  };
}

function unchecked(what: string): Unchecked {
  return { what, byDeep: false };
}

/** Whether its contents were compared; those of a WIM that cannot be opened were to be, and were not. */
function isCompared({ compared, checks }: WimOutcome): boolean {
  return compared !== null && checks.every(({ id, status }) => id !== "wim-blobs" || status !== "skip");
}

function isRead({ checks }: WimOutcome): boolean {
  return checks.every(({ status }) => status !== "fail");
}

/** A sentence about these WIMs; none where there are none. */
function sentenceAbout<T>(wims: readonly WimOutcome[], words: (names: string) => T): T[] {
  return wims.length === 0 ? [] : [words(wims.map(({ set }) => nameOf(set)).join(" and "))];
}

function nameOf({ name, leftOut }: WimSet): string {
  return leftOut > 1 ? `${name} and ${count(leftOut - 1, "further WIM")}` : name;
}

function filesOutside(tree: FileTree, wims: readonly WimOutcome[]): string {
  const inside = new Set(wims.flatMap(({ set }) => set.parts.map(({ path }) => path)));
  let number = 0;
  for (const { path, node } of walk(tree)) if (node.kind === "file" && !inside.has(path)) number += 1;
  return number === 1 ? "the one file" : `the ${count(number, "file")}`;
}
