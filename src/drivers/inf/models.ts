/**
 * Which devices an INF serves on a given Windows. Each line of [Manufacturer] names a models section and the systems it is
 * decorated for; the closest decoration wins, and where its section is empty or missing the system is excluded, whatever
 * the others hold.
 */
import { infIdLimit } from "../limits.js";
import type { DriverTarget } from "../target.js";
import { versionText } from "../target.js";
import type { Decoration } from "./decoration.js";
import { architectureOf, compareDecorations, isFor, parseDecoration } from "./decoration.js";
import { InfFault } from "./inf-fault.js";
import type { Inf } from "./inf.js";

/** A device that a driver is for. */
export type DriverDevice = {
  readonly description: string;
  /** Null where the line has compatible ids alone. */
  readonly hardwareId: string | null;
  readonly compatibleIds: readonly string[];
  /** As the models section names it, without an ending. */
  readonly installSection: string;
};

/** Models of an INF for one Windows. */
export type Models = {
  readonly devices: readonly DriverDevice[];
  /** Models sections that were taken, in the order of [Manufacturer]. */
  readonly sections: readonly string[];
  /** Taken and empty, or not there: they exclude this Windows. */
  readonly excluded: readonly string[];
  /** Architectures that have devices, of any Windows. */
  readonly architectures: readonly string[];
  /** Versions above the target's that have devices for its architecture. */
  readonly newerVersions: readonly string[];
};

type Candidate = { readonly section: string; readonly decoration: Decoration | null };

export function modelsFor(inf: Inf, target: DriverTarget): Models {
  const sections: string[] = [];
  const excluded: string[] = [];
  const architectures = new Set<string>();
  const newer = new Set<string>();
  for (const { key, values } of inf.lines("Manufacturer")) {
    const candidates = candidatesOf(key, values);
    for (const { section, decoration } of candidates) {
      if (inf.lines(section).length === 0) continue;
      const architecture = architectureOf(decoration);
      architectures.add(architecture);
      const version = decoration?.version ?? null;
      const isNewer = version !== null && !isFor({ ...decoration!, productType: null, suiteMask: null }, target);
      if (isNewer && architecture === target.architecture) newer.add(versionText(version));
    }
    const chosen = choose(candidates, target);
    if (chosen === undefined) continue;
    const isEmpty = inf.lines(chosen.section).length === 0;
    // An undecorated section that is not there excludes nothing: the others are for other systems.
    if (!isEmpty) sections.push(chosen.section);
    else if (chosen.decoration !== null || inf.has(chosen.section)) excluded.push(chosen.section);
  }
  const taken = [...new Set(sections)];
  return {
    devices: devicesOf(inf, taken),
    sections: taken,
    excluded: [...new Set(excluded)],
    architectures: [...architectures],
    newerVersions: [...newer],
  };
}

/** `name=models[,decoration...]`; without `=` the models section has the manufacturer's name. */
function candidatesOf(key: string | null, values: readonly string[]): Candidate[] {
  const [models = "", ...decorations] = values;
  const section = models === "" ? (key ?? "") : models;
  return [
    { section, decoration: null },
    ...decorations.flatMap((text) => {
      const decoration = parseDecoration(text);
      return decoration === null ? [] : [{ section: `${section}.${text.trim()}`, decoration }];
    }),
  ];
}

/** The undecorated section is for x86, and what is taken where nothing else is. */
function choose(candidates: readonly Candidate[], target: DriverTarget): Candidate | undefined {
  let chosen: Candidate | undefined;
  for (const candidate of candidates) {
    const { decoration } = candidate;
    if (decoration === null) {
      if (target.architecture === "x86") chosen ??= candidate;
    } else if (isFor(decoration, target)) {
      const current = chosen?.decoration ?? null;
      if (current === null || compareDecorations(decoration, current) > 0) chosen = candidate;
    }
  }
  return chosen;
}

/** Throws InfFault. */
function devicesOf(inf: Inf, sections: readonly string[]): DriverDevice[] {
  const devices: DriverDevice[] = [];
  let ids = 0;
  for (const section of sections) {
    for (const { key, values, line } of inf.lines(section)) {
      const [installSection = "", hardwareId = "", ...others] = values;
      if (key === null || installSection === "") continue;
      const compatibleIds = others.filter((id) => id !== "");
      ids += 1 + compatibleIds.length;
      if (ids > infIdLimit) throw new InfFault("too-many-ids", line);
      const description = key;
      devices.push({ description, hardwareId: hardwareId === "" ? null : hardwareId, compatibleIds, installSection });
    }
  }
  return devices;
}
