/**
 * The WIMs of a disc: install.wim (or a split set install.swm, install2.swm, ..., or an ESD) with the editions, and boot.wim
 * with Windows PE and Setup. Only headers and XML data are read here.
 */
import type { FileTree } from "../tree/index.js";
import { contentSource, find } from "../tree/index.js";
import type { Wim } from "../wim/index.js";
import { openWim } from "../wim/index.js";
import type { InstallImage } from "./identity.js";
import { installImageNames } from "./setup-folders.js";

/** Throws `wim-damaged` and `wim-unsupported`; null where the tree has no such file. */
export async function openWimAt(tree: FileTree, path: string): Promise<Wim | null> {
  const node = find(tree, path);
  return node?.kind === "file" ? openWim(contentSource(node), path) : null;
}

type OpenedInstallImage = { readonly image: InstallImage; readonly wim: Wim };

/** The first there is in `folder`. */
export async function openInstallImage(tree: FileTree, folder: string): Promise<OpenedInstallImage | null> {
  for (const { kind, name } of installImageNames) {
    const path = `${folder}/${name}`;
    const wim = await openWimAt(tree, path);
    if (wim === null) continue;
    const { totalParts } = wim.header;
    return { wim, image: { path, kind, totalParts, missingParts: missingParts(tree, path, totalParts) } };
  }
  return null;
}

/** Path of a part of a split set, counted from 1: `install.swm`, `install2.swm`, ... */
export function partPath(firstPartPath: string, partNumber: number): string {
  return partNumber === 1 ? firstPartPath : firstPartPath.replace(/(\.[^.]*)$/, `${partNumber}$1`);
}

/** Those parts of a set that the tree has, in order. Throws `wim-damaged` and `wim-unsupported`. */
export async function openWimParts(
  tree: FileTree,
  { path, totalParts }: Pick<InstallImage, "path" | "totalParts">,
): Promise<Wim[]> {
  const parts: Wim[] = [];
  for (let part = 1; part <= totalParts; part += 1) {
    const wim = await openWimAt(tree, partPath(path, part));
    if (wim !== null) parts.push(wim);
  }
  return parts;
}

/** Missing parts that are named one by one; a damaged header may claim 65,535 of them. */
const namedPartsLimit = 20;

function missingParts(tree: FileTree, firstPartPath: string, totalParts: number): string[] {
  // Gathered once: a search for each of 65,535 parts among as many files would take minutes.
  const folder = find(tree, firstPartPath.slice(0, firstPartPath.lastIndexOf("/")));
  const files = folder?.kind === "directory" ? folder.children.filter(({ kind }) => kind === "file") : [];
  const names = new Set(files.map(({ name }) => name.toUpperCase()));
  const missing: string[] = [];
  for (let part = 2; part <= totalParts && missing.length < namedPartsLimit; part += 1) {
    const path = partPath(firstPartPath, part);
    if (!names.has(path.slice(path.lastIndexOf("/") + 1).toUpperCase())) missing.push(path);
  }
  return missing;
}
