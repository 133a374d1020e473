/**
 * Builds of Windows 7 that Microsoft gave out before the release: they look like it in every other respect, and stop working
 * at a date that has passed.
 */
import type { WindowsIdentity } from "./identity.js";
import { windows7 } from "./product.js";

/** The released builds: 7600.16385, and with Service Pack 1 7601.17514. */
const released = { build: 7600, servicePackBuild: 7601, servicePackRevision: 17514 } as const;
/** From where on revisions of 7601 count: lower numbers are other tools' own in that field. */
const firstRevision = 16384;

const namedBuilds: ReadonlyMap<number, string> = new Map([
  [6801, "Milestone 3"],
  [7000, "Beta"],
  [7100, "Release Candidate"],
]);
const namedRevisions: ReadonlyMap<number, string> = new Map([
  [16562, "Beta"],
  [17105, "Release Candidate"],
]);

export type PreRelease = {
  /** `Release Candidate`, or `Pre-release` where the build has no name. */
  readonly name: string;
  /** Of Service Pack 1, and not of Windows 7 itself. */
  readonly isServicePack: boolean;
  /** `7601.17105`, or the build alone. */
  readonly build: string;
};

/** Which pre-release a build and its revision are; null where they are none. */
function preReleaseOf(build: number | null, revision: number | null): PreRelease | null {
  if (build === null) return null;
  if (build < released.build) {
    return { name: namedBuilds.get(build) ?? "Pre-release", isServicePack: false, build: String(build) };
  }
  if (build !== released.servicePackBuild || revision === null) return null;
  if (revision < firstRevision || revision >= released.servicePackRevision) return null;
  return { name: namedRevisions.get(revision) ?? "Pre-release", isServicePack: true, build: `${build}.${revision}` };
}

type Builds = Pick<WindowsIdentity, "product" | "build" | "servicePackBuild" | "editions">;

/** The first pre-release among an image's editions, or what starts it where there are none; null where there is none. */
export function preRelease({ product, build, servicePackBuild, editions }: Builds): PreRelease | null {
  if (product !== windows7) return null;
  const builds = editions.length === 0 ? [{ build, servicePackBuild }] : editions;
  for (const each of builds) {
    const found = preReleaseOf(each.build, each.servicePackBuild);
    if (found !== null) return found;
  }
  return null;
}

/** `Service Pack 1 Release Candidate`, `Windows 7 Beta`. */
export function preReleaseTitle({ name, isServicePack }: PreRelease): string {
  return `${isServicePack ? "Service Pack 1" : windows7} ${name}`;
}
