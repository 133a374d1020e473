/** The files of a folder of drivers, found by the names that INFs have for them. */

/** A file below the folder. */
export type FolderFile = {
  /** Names joined by `/`, as the host has them. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  read(): Promise<Uint8Array>;
};

export type FoundFile =
  | { readonly kind: "found"; readonly file: FolderFile }
  /** The file is there compressed. */
  | { readonly kind: "packed"; readonly file: FolderFile }
  | { readonly kind: "ambiguous" }
  | { readonly kind: "escapes" }
  | { readonly kind: "missing" };

export class FolderFiles {
  readonly #byPath = new Map<string, FolderFile[]>();

  constructor(files: readonly FolderFile[]) {
    for (const file of files) {
      const key = file.path.toLowerCase();
      const same = this.#byPath.get(key);
      if (same === undefined) this.#byPath.set(key, [file]);
      else same.push(file);
    }
  }

  /** `path` as an INF in `folder` (empty for the top) names it. */
  find(folder: string, path: string): FoundFile {
    const names: string[] = [];
    for (const name of [...folder.split("/"), ...path.split("/")]) {
      if (name === "") continue;
      if (name !== "..") names.push(name);
      else if (names.pop() === undefined) return { kind: "escapes" };
    }
    const whole = names.join("/");
    const same = this.#byPath.get(whole.toLowerCase()) ?? [];
    const exact = same.find((file) => file.path === whole) ?? (same.length === 1 ? same[0] : undefined);
    if (exact !== undefined) return { kind: "found", file: exact };
    if (same.length > 1) return { kind: "ambiguous" };
    // COMPRESS.EXE of the setup tools has put `_` in the place of an extension's last letter since Windows 3.
    const packed = this.#byPath.get(
      whole.toLowerCase().replace(/\.[^./]{0,2}[^./]?$/, (ending) => packedEnding(ending)),
    );
    return packed?.[0] === undefined ? { kind: "missing" } : { kind: "packed", file: packed[0] };
  }
}

function packedEnding(ending: string): string {
  return ending.length === 4 ? `${ending.slice(0, 3)}_` : `${ending}_`;
}

/** The folder of a path; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
