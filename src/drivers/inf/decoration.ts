/**
 * Names of sections that are for one system, as "INF Manufacturer Section" of Microsoft's documentation has them:
 * `NT[architecture][.[major][.[minor][.[product type][.[suite mask][.[build]]]]]]`. Traps: no architecture means x86 in a
 * models section, and any in an install section; a version is the oldest that the section is for; build numbers came with
 * Windows 10, and Windows 7 knows none.
 */
import type { DriverTarget, WindowsVersion } from "../target.js";
import { compareVersions } from "../target.js";
import { infNumber } from "./inf.js";

export type Decoration = {
  /** Lower case; null where it names none. */
  readonly architecture: string | null;
  readonly version: WindowsVersion | null;
  /** VER_NT_WORKSTATION is 1. */
  readonly productType: number | null;
  readonly suiteMask: number | null;
};

const workstation = 1;
const pattern = /^nt(?<architecture>[a-z][a-z0-9]*)?(?:\.(?<numbers>[0-9a-fx.]*))?$/i;

/** Null where Windows would not take it for one. */
export function parseDecoration(text: string): Decoration | null {
  const groups = pattern.exec(text.trim())?.groups;
  if (groups === undefined) return null;
  const numbers = (groups["numbers"] ?? "").split(".");
  if (numbers.some((number) => number !== "" && infNumber(number) === undefined)) return null;
  const [major, minor, productType, suiteMask] = numbers.map(infNumber);
  return {
    architecture: groups["architecture"]?.toLowerCase() ?? null,
    version: major === undefined ? null : { major, minor: minor ?? 0 },
    productType: productType ?? null,
    suiteMask: suiteMask ?? null,
  };
}

/** Of a models section; without a decoration it is for x86. */
export function architectureOf(decoration: Decoration | null): string {
  return decoration?.architecture ?? "x86";
}

/** Whether a models section of this name is for a Windows such as the target, and not for a newer one. */
export function isFor(decoration: Decoration, { architecture, version }: DriverTarget): boolean {
  if (architectureOf(decoration) !== architecture) return false;
  if (decoration.version !== null && compareVersions(decoration.version, version) > 0) return false;
  // Which edition it will be is not known here: a section for some of them alone is no section for all.
  return (decoration.productType ?? workstation) === workstation && (decoration.suiteMask ?? 0) === 0;
}

/** Negative where `b` is the closer one: by its version, then by what else it names. */
export function compareDecorations(a: Decoration, b: Decoration): number {
  const none = { major: 0, minor: 0 };
  return (
    compareVersions(a.version ?? none, b.version ?? none) ||
    Number(a.productType !== null) - Number(b.productType !== null) ||
    Number(a.architecture !== null) - Number(b.architecture !== null)
  );
}

/** Endings of an install section's name, in the order in which Windows looks for them. */
export function installEndings({ architecture }: DriverTarget): readonly string[] {
  return [`.nt${architecture}`, ".nt", ""];
}
