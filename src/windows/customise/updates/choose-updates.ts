/**
 * Which updates are installed, in which order, and what they need besides. The order is that of technicians: servicing
 * stacks, the support of SHA-2, later servicing stacks, then all others by their numbers, which follow time.
 */
import type { ReadUpdate } from "./read-update.js";
import { compareUpdateVersions } from "./identity.js";

export type ChosenUpdates = {
  readonly ordered: readonly ReadUpdate[];
  /** Another file of the folder is the same package, or a later version of it. */
  readonly duplicates: readonly { readonly path: string; readonly of: string }[];
  readonly lacking: readonly LackingUpdate[];
};

/** Updates, by their paths, that need one of `kbs`, of which none is there. */
export type LackingUpdate = { readonly kbs: readonly number[]; readonly neededBy: readonly string[] };

const servicingStackOfApril2015 = 3_020_369;
const servicingStackOfMarch2019 = 4_490_628;
const sha2Support = 4_474_419;
/** Oldest first; each replaces those before it. */
const servicingStacks = [2_533_552, servicingStackOfApril2015, 3_177_467, servicingStackOfMarch2019];
/** These are signed with SHA-2 alone, and so come behind its support. */
const laterServicingStacks = [4_516_655, 4_523_206, 4_531_786, 4_536_952];
const first: readonly number[] = [...servicingStacks, sha2Support, ...laterServicingStacks];

/** The first updates of July 2019, when Microsoft ended to sign with SHA-1 (KB4472027); later ones have greater numbers. */
const firstWithoutSha1 = 4_507_449;

type Rule = { readonly applies: (kb: number) => boolean; readonly kbs: readonly number[] };
const rules: readonly Rule[] = [
  // KB4472027: 2019 SHA-2 Code Signing Support requirement.
  { applies: (kb) => kb === sha2Support || kb >= firstWithoutSha1, kbs: [servicingStackOfMarch2019] },
  { applies: (kb) => kb >= firstWithoutSha1, kbs: [sha2Support] },
  // KB3125574 (the rollup of April 2016) and KB3172605 (July 2016); that a later servicing stack will do is inferred.
  {
    applies: (kb) => kb === 3_125_574 || kb === 3_172_605,
    kbs: [servicingStackOfApril2015, 3_177_467, servicingStackOfMarch2019, ...laterServicingStacks],
  },
  // NVMe: the second mends the first.
  { applies: (kb) => kb === 3_087_873, kbs: [2_990_941] },
];

export function chooseUpdates(updates: readonly ReadUpdate[]): ChosenUpdates {
  const byPackage = new Map<string, ReadUpdate>();
  const duplicates: { path: string; of: string }[] = [];
  for (const update of updates) {
    const key = packageKey(update);
    const other = byPackage.get(key);
    const isLater = other !== undefined && compareUpdateVersions(versionOf(update), versionOf(other)) > 0;
    if (other === undefined || isLater) byPackage.set(key, update);
    if (other !== undefined)
      duplicates.push(isLater ? { path: other.path, of: update.path } : { path: update.path, of: other.path });
  }
  const ordered = [...byPackage.values()].toSorted(byOrder);
  return { ordered, duplicates, lacking: lackingOf(ordered) };
}

/** Without the version. */
function packageKey({ packages, kb }: ReadUpdate): string {
  // A rollup has the same name each month.
  const names = packages.map(({ identity }) => [identity.name, identity.architecture, identity.language].join("~"));
  return JSON.stringify([kb, ...names.toSorted()].map((name) => String(name).toLowerCase()));
}

const versionOf = ({ packages }: ReadUpdate): string => packages[0]!.identity.version;

function byOrder(one: ReadUpdate, other: ReadUpdate): number {
  const [a, b] = [one, other].map(rankOf);
  return a!.early - b!.early || a!.kb - b!.kb || (one.path < other.path ? -1 : 1);
}

/** What has no number comes last: language packs and the like. */
function rankOf({ kb }: ReadUpdate): { readonly early: number; readonly kb: number } {
  const place = kb === null ? -1 : first.indexOf(kb);
  return { early: place < 0 ? first.length : place, kb: kb ?? Number.MAX_SAFE_INTEGER };
}

function lackingOf(updates: readonly ReadUpdate[]): LackingUpdate[] {
  const present = new Set(updates.map(({ kb }) => kb));
  return rules.flatMap(({ applies, kbs }) => {
    const needing = updates.filter(({ kb }) => kb !== null && !kbs.includes(kb) && applies(kb));
    if (needing.length === 0 || kbs.some((kb) => present.has(kb))) return [];
    return [{ kbs, neededBy: needing.map(({ path }) => path) }];
  });
}
