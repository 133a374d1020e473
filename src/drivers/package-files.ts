/** The files that a package takes from its folder: which of them are there, and what is wrong with those that are not. */
import type { DriverRefusal, DriverWarning } from "./findings.js";
import type { FolderFile, FolderFiles } from "./folder-files.js";
import { folderOf } from "./folder-files.js";
import type { InfDescription, InfFile } from "./inf/describe-inf.js";

/** A file that a package installs. */
export type PackageFile = {
  /** Below the folder of drivers. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Installed. */
  readonly name: string;
  /** Where to: the number of a folder (12 is System32\drivers) and one below it; null if the INF says nothing. */
  readonly directory: string | null;
};

export type TakenFiles = {
  readonly files: readonly (PackageFile & { readonly file: FolderFile })[];
  readonly catalog: FolderFile | null;
  readonly refusals: readonly DriverRefusal[];
  readonly warnings: readonly DriverWarning[];
};

/** Lists of a finding; a package of a thousand missing files says no more with all of them. */
const toldFiles = 20;

type ListCode = "file-missing" | "file-packed" | "file-ambiguous" | "path-escapes" | "windows-files";

/** Files of the INF at `infPath`. */
export function takeFiles(infPath: string, inf: InfDescription, folder: FolderFiles): TakenFiles {
  const base = folderOf(infPath);
  const lists = new Map<ListCode, Set<string>>();
  const note = (code: ListCode, path: string): void => {
    lists.set(code, (lists.get(code) ?? new Set()).add(path));
  };
  const files: (PackageFile & { readonly file: FolderFile })[] = [];
  for (const wanted of inf.files) {
    const found = folder.find(base, wanted.path);
    if (found.kind === "found") {
      const { path, size } = found.file;
      files.push({ path, size, name: wanted.name, directory: wanted.directory, file: found.file });
    } else if (found.kind === "packed" || found.kind === "missing") {
      note(absence(found.kind, wanted, inf), wanted.path);
    } else {
      note(found.kind === "escapes" ? "path-escapes" : "file-ambiguous", wanted.path);
    }
  }
  for (const name of inf.copiedInfs) if (folder.find(base, name).kind !== "found") note("file-missing", name);
  for (const name of binariesOfWindows(inf)) note("windows-files", name);
  const catalog = inf.catalog === null ? null : folder.find(base, inf.catalog);
  const refusals: DriverRefusal[] = [];
  const warnings: DriverWarning[] = [];
  for (const [code, paths] of lists) {
    const list = [...paths].slice(0, toldFiles);
    if (code === "windows-files") warnings.push({ code, files: list });
    else refusals.push({ code, files: list });
  }
  if (inf.catalog !== null && catalog?.kind !== "found") refusals.push({ code: "catalog-missing", file: inf.catalog });
  return { files, catalog: catalog?.kind === "found" ? catalog.file : null, refusals, warnings };
}

function absence(kind: "packed" | "missing", { cabinet, isListed }: InfFile, inf: InfDescription): ListCode {
  if (kind === "packed" || cabinet !== null) return "file-packed";
  return !isListed && inf.usesWindowsFiles ? "windows-files" : "file-missing";
}

/** Function drivers whose file the package does not copy. */
function binariesOfWindows({ services, files }: InfDescription): string[] {
  const copied = new Set(files.map(({ name }) => name.toLowerCase()));
  return services
    .filter(({ isFunctionDriver, binary }) => isFunctionDriver && binary !== null)
    .map(({ binary }) => binary!)
    .filter((binary) => !copied.has(binary.toLowerCase()));
}
