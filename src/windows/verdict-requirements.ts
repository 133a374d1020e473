/** What a script may require of an image beyond its being sound. */
import type { WindowsIdentity } from "./identity.js";

export type Requirement =
  | { readonly name: "edition"; readonly value: string }
  | { readonly name: "arch"; readonly value: string }
  | { readonly name: "sp"; readonly value: number }
  | { readonly name: "language"; readonly value: string }
  | { readonly name: "genuine" };

export type UnmetRequirement = {
  /** As it was asked for: `edition=Professional`. */
  readonly requirement: string;
  readonly message: string;
};

/** As it is written after `--require`. */
export function requirementText(requirement: Requirement): string {
  return requirement.name === "genuine" ? "genuine" : `${requirement.name}=${requirement.value}`;
}

/** Every requirement that is not met, in the order given; `windows` is null where the image cannot be read that far. */
export function unmetRequirements(
  requirements: readonly Requirement[],
  windows: WindowsIdentity | null,
  isOfficial: boolean,
): UnmetRequirement[] {
  return requirements.flatMap((requirement) => {
    const problem = problemWith(requirement, windows, isOfficial);
    return problem === null ? [] : [{ requirement: requirementText(requirement), message: problem }];
  });
}

function problemWith(requirement: Requirement, windows: WindowsIdentity | null, isOfficial: boolean): string | null {
  const { name } = requirement;
  if (name === "genuine") return isOfficial ? null : "its hash is none of the published ones";
  if (windows === null) return "it cannot be read from this image";
  if (name === "edition") return editionProblem(requirement.value, windows);
  if (name === "language") {
    const held = windows.languages.join(", ") || "none that is known";
    return windows.languages.some((language) => same(language, requirement.value)) ? null : `the image has ${held}`;
  }
  const seen = name === "arch" ? windows.architecture : windows.servicePack;
  if (seen === requirement.value) return null;
  const what = name === "arch" ? "architecture" : "service pack";
  return `the image has the ${what} ${seen ?? "unknown"}`;
}

/** What counts is what Setup installs: a retail disc holds all editions, and ei.cfg chooses one of them. */
function editionProblem(wanted: string, { edition, editions }: WindowsIdentity): string | null {
  const held = editions.map(({ id, name }) => id ?? name);
  const isHeld = held.some((id) => same(id, wanted));
  if (edition === null) return isHeld ? null : `the image holds ${held.join(", ") || "no edition that is known"}`;
  if (same(edition, wanted)) return null;
  return `Setup offers ${edition}${isHeld ? `, although the image holds ${wanted} too (sources/ei.cfg chooses)` : ""}`;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
