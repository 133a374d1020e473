/** Requirements that a script may have of an image, beyond being sound. */
import { plainEdition } from "../windows/edition-names.js";
import type { WindowsIdentity } from "../windows/identity.js";
import type { FileHashes } from "./known-image.js";
import { hashNames } from "./known-image.js";
import type { WimOutcome } from "./wims.js";

/** What may be required of an image. */
export type Requirement =
  | { readonly name: "edition"; readonly value: string }
  | { readonly name: "arch"; readonly value: string }
  | { readonly name: "sp"; readonly value: number }
  | { readonly name: "language"; readonly value: string }
  /** Of the whole file, in hexadecimal. */
  | { readonly name: "sha1" | "sha256"; readonly value: string }
  | { readonly name: "genuine" };

/** Hexadecimal digits of a hash that may be required. */
export const hashDigits = { sha1: 40, sha256: 64 } as const;

/** What only the image's hash can tell. */
export function isOfHash({ name }: Requirement): boolean {
  return name === "genuine" || name === "sha1" || name === "sha256";
}

/** What was found of an image. */
type Found = {
  /** Null where it cannot be read that far. */
  readonly windows: WindowsIdentity | null;
  readonly hashes: FileHashes;
  /** Its hash is a published one. */
  readonly isOfficial: boolean;
};

/** A requirement that the image does not meet. */
export type UnmetRequirement = {
  /** As it was requested: `edition=Professional`. */
  readonly requirement: string;
  readonly message: string;
  /** What the person can do about it, as a sentence. */
  readonly hint?: string;
};

type Problem = Omit<UnmetRequirement, "requirement">;

/** As it is written after `--require`. */
function requirementText(requirement: Requirement): string {
  return requirement.name === "genuine" ? "genuine" : `${requirement.name}=${requirement.value}`;
}

/** Every requirement that is not met, in the order given. */
export function unmetRequirements(requirements: readonly Requirement[], found: Found): UnmetRequirement[] {
  return requirements.flatMap((requirement) => {
    const problem = problemWith(requirement, found);
    return problem === null ? [] : [{ requirement: requirementText(requirement), ...problem }];
  });
}

/** A deep verification was requested and is not possible; a script that relies on it must be told. */
export function unmetDepth(wims: readonly WimOutcome[]): UnmetRequirement[] {
  const hint = "Convert it to an LZX install.wim with a WIM tool, or take an untouched image.";
  return wims.flatMap(({ unsupported }) => {
    if (unsupported === null) return [];
    return [{ requirement: "deep", message: `it cannot be verified in depth: ${unsupported}`, hint }];
  });
}

const genuineHint =
  "Compare its SHA-1 with one that Microsoft published: an image that was rebuilt or altered has none.";

const hashHint = "Fetch the image again, and compare the hash with that of where it comes from.";

function problemWith(requirement: Requirement, { windows, hashes, isOfficial }: Found): Problem | null {
  const { name } = requirement;
  if (name === "genuine") {
    return isOfficial ? null : { message: "its hash is none of the published ones", hint: genuineHint };
  }
  if (name === "sha1" || name === "sha256") {
    if (hashes[name] === requirement.value.toLowerCase()) return null;
    return { message: `its ${hashNames[name]} is ${hashes[name] ?? "not known"}`, hint: hashHint };
  }
  if (windows === null) return { message: "it cannot be read from this image" };
  if (name === "edition") return editionProblem(requirement.value, windows);
  if (name === "language") {
    const held = windows.languages.length === 0 ? "does not say its language" : `has ${windows.languages.join(", ")}`;
    const isHeld = windows.languages.some((language) => language.toLowerCase() === requirement.value.toLowerCase());
    return isHeld ? null : { message: `the image ${held}` };
  }
  const seen = name === "arch" ? windows.architecture : windows.servicePack;
  if (seen === requirement.value) return null;
  const what = name === "arch" ? "architecture" : "service pack";
  return { message: seen === null ? `the image does not say its ${what}` : `the image has the ${what} ${seen}` };
}

/** The editions that Setup installs: a retail disc holds all of them, and ei.cfg chooses one. */
function editionProblem(wanted: string, { edition, editions, setupFolders }: WindowsIdentity): Problem | null {
  const config = `${setupFolders[0] ?? "sources"}/ei.cfg`;
  const ids = editions.flatMap(({ id }) => id ?? []);
  const held = ids.join(", ");
  const isWanted = (id: string): boolean => plainEdition(id) === plainEdition(wanted);
  if (ids.some(isWanted)) {
    if (edition === null || isWanted(edition)) return null;
    const message = `Setup offers ${edition}, although the image holds ${wanted} too (${config} chooses)`;
    return { message, hint: `Without ${config} on the stick, Setup offers all of them.` };
  }
  if (editions.length === 0) return { message: "the image holds no edition that is known" };
  if (ids.length === 0) {
    const names = editions.map(({ index, name }) => `image ${index} is named "${name}"`).join(", ");
    return { message: `the image does not say its edition: ${names}` };
  }
  if (edition === null) return { message: `the image holds ${held}` };
  if (!isWanted(edition)) return { message: `Setup offers ${edition}` };
  return { message: `${config} selects ${edition}, but the image holds ${held}` };
}
