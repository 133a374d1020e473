/**
 * Where the files that an INF copies lie beside it: [SourceDisksFiles] gives each file a disk and a folder, and
 * [SourceDisksNames] gives each disk a folder and perhaps a cabinet; sections with the architecture's ending come first.
 * A file that neither names is looked for beside the INF, or is one of Windows' own where [Version] has a LayoutFile.
 */
import type { DriverTarget } from "../target.js";
import type { Inf, InfLine } from "./inf.js";

/** Where a file is to be found. */
export type SourcePlace = {
  /** Below the INF's folder, names joined by `/`; as the INF has it, so that it may lead anywhere. */
  readonly path: string;
  /** A cabinet that it is said to be in; null where it lies open. */
  readonly cabinet: string | null;
  /** Whether [SourceDisksFiles] names it. */
  readonly isListed: boolean;
};

export class SourceFiles {
  readonly #files: ReadonlyMap<string, InfLine>;
  readonly #disks: ReadonlyMap<string, InfLine>;

  constructor(inf: Inf, { architecture }: DriverTarget) {
    const linesOf = (section: string): Map<string, InfLine> => {
      const decorated = inf.lines(`${section}.${architecture}`);
      const byKey = new Map<string, InfLine>();
      for (const line of [...decorated, ...inf.lines(section)]) {
        const name = (line.key ?? line.values[0] ?? "").toLowerCase();
        if (!byKey.has(name)) byKey.set(name, line);
      }
      return byKey;
    };
    this.#files = linesOf("SourceDisksFiles");
    this.#disks = linesOf("SourceDisksNames");
  }

  placeOf(file: string): SourcePlace {
    const line = this.#files.get(file.toLowerCase());
    if (line === undefined) return { path: joined([file]), cabinet: null, isListed: false };
    const [disk = "", folder = ""] = line.key === null ? line.values.slice(1) : line.values;
    const [, cabinet = "", , diskFolder = ""] = this.#disks.get(disk.toLowerCase())?.values ?? [];
    const isCabinet = cabinet.toLowerCase().endsWith(".cab");
    return {
      path: joined([diskFolder, folder, file]),
      cabinet: isCabinet ? joined([diskFolder, cabinet]) : null,
      isListed: true,
    };
  }
}

/** Without empty names and `.`: `\x86\` and `x86` are one. */
function joined(parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split(/[\\/]/))
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== ".")
    .join("/");
}
