/**
 * Changes of one image's tree by path: files and directories added, replaced and removed. What is not named keeps its entry
 * as it is. New entries take what Setup's own files have: the security descriptor of their directory, the archive
 * attribute, no short name. A replaced file is a new file in the old one's place: it keeps its name, short name, attributes,
 * security descriptor and creation time, and loses its alternate streams, its tagged items, and its hard links, whose other
 * names keep the old content.
 */
import { upCase } from "../bytes/up-case.js";
import { directoryEntryRecord, fileAttributes, pathLimit, withTerminator } from "./metadata.js";
import { paddingOf } from "./metadata-encode.js";
import type { DirectoryEntry, DirectoryList, ImageMetadata } from "./metadata-tree.js";

/** FILETIMEs: 100 ns since 1601-01-01. */
export type EntryTimes = {
  readonly creationTime: bigint;
  readonly lastAccessTime: bigint;
  readonly lastWriteTime: bigint;
};

/**
 * One change; paths go from the root, separated by `/`, and are matched without regard to case where no name is the same.
 * `hash` is the SHA-1 of the content, zeros where it is empty.
 */
export type EntryEdit =
  /** A file that is not there; directories on the way to it are added. */
  | { readonly kind: "add"; readonly path: string; readonly hash: Uint8Array; readonly times: EntryTimes }
  /** Times of last access and last write are the new ones. */
  | { readonly kind: "replace"; readonly path: string; readonly hash: Uint8Array; readonly times: EntryTimes }
  /** A directory that is not there, and those on the way to it. */
  | { readonly kind: "add-directory"; readonly path: string; readonly times: EntryTimes }
  /** A file, or a directory with all that is below it. */
  | { readonly kind: "remove"; readonly path: string };

/** Units of a name on NTFS ([MS-FSCC] 2.1.5). */
const nameLimit = 255;
/** [MS-FSCC] 2.1.5.2: what no name may contain; Windows drops a dot or blank at the end. */
const forbiddenInNames = /["*/:<>?\\|]|\p{Cc}|[. ]$/u;
const noHash = new Uint8Array(directoryEntryRecord.fields.hash.width);
/** Attributes that say in which form the old content was stored, or that there were none. */
const formAttributes = fileAttributes.normal | fileAttributes.sparse | fileAttributes.compressed;

/** The entry at `path`; undefined where there is none. An empty path is the root. */
export function findEntry({ root }: ImageMetadata, path: string): DirectoryEntry | undefined {
  let entry: DirectoryEntry | undefined = root;
  for (const name of path === "" ? [] : path.split("/")) {
    entry = entry?.list?.entries[indexOf(entry.list, name)];
  }
  return entry;
}

/** The tree with `edits` made in their order. Throws RangeError for an edit that does not fit the tree. */
export function editImage(metadata: ImageMetadata, edits: readonly EntryEdit[]): ImageMetadata {
  let { root } = metadata;
  for (const edit of edits) {
    const names = edit.path.split("/");
    for (const name of names) checkName(name, edit);
    if (edit.path.length > pathLimit) throw editError(edit, `its path has ${edit.path.length} characters`);
    root = editDirectory(root, names, edit);
  }
  return { ...metadata, root };
}

function editError({ kind, path }: EntryEdit, problem: string): RangeError {
  return new RangeError(`${kind} ${JSON.stringify(path)}: ${problem}`);
}

/** Whether a new file can have the name. */
export function isWindowsName(name: string): boolean {
  return name !== "" && name.length <= nameLimit && !forbiddenInNames.test(name);
}

function checkName(name: string, edit: EntryEdit): void {
  const isKept = edit.kind === "replace" || edit.kind === "remove";
  if (isKept ? name !== "" : isWindowsName(name)) return;
  throw editError(edit, `${JSON.stringify(name)} is no name that a file can have`);
}

/** The index of `name` in the list: the same, or else the first that is without regard to case; -1 where there is none. */
function indexOf({ entries }: DirectoryList, name: string): number {
  const same = entries.findIndex((entry) => entry.name === name);
  if (same >= 0) return same;
  const upper = upCase(name);
  return entries.findIndex((entry) => upCase(entry.name) === upper);
}

function editDirectory(directory: DirectoryEntry, names: readonly string[], edit: EntryEdit): DirectoryEntry {
  const isReparsePoint = (directory.attributes & fileAttributes.reparsePoint) !== 0;
  if ((directory.attributes & fileAttributes.directory) === 0 || isReparsePoint) {
    throw editError(edit, `${JSON.stringify(directory.name)} is no directory of this image`);
  }
  const list = directory.list ?? { entries: [], rank: null, gap: new Uint8Array(), endLength: 0 };
  const [name = "", ...below] = names;
  const index = indexOf(list, name);
  const old = list.entries[index];
  const changed = below.length > 0 ? editBelow(directory, old, names, edit) : editEntry(directory, old, name, edit);
  const entries = [...list.entries];
  if (old === undefined) entries.splice(placeOf(list, name), 0, ...changed);
  else entries.splice(index, 1, ...changed);
  return { ...directory, list: { ...list, entries } };
}

function editBelow(
  directory: DirectoryEntry,
  old: DirectoryEntry | undefined,
  [name = "", ...below]: readonly string[],
  edit: EntryEdit,
): DirectoryEntry[] {
  if (old !== undefined) return [editDirectory(old, below, edit)];
  if (edit.kind === "remove" || edit.kind === "replace") throw editError(edit, `there is no ${JSON.stringify(name)}`);
  return [editDirectory(newDirectory(directory, name, edit.times), below, edit)];
}

/** What becomes of the entry that the edit names: none, or one. */
function editEntry(
  directory: DirectoryEntry,
  old: DirectoryEntry | undefined,
  name: string,
  edit: EntryEdit,
): DirectoryEntry[] {
  if (edit.kind === "add" || edit.kind === "add-directory") {
    if (old !== undefined) throw editError(edit, "it is there already");
    return [edit.kind === "add" ? newFile(directory, name, edit) : newDirectory(directory, name, edit.times)];
  }
  if (old === undefined) throw editError(edit, "it is not there");
  if (edit.kind === "remove") return [];
  const replaceable = fileAttributes.directory | fileAttributes.reparsePoint | fileAttributes.encrypted;
  if ((old.attributes & replaceable) !== 0) {
    throw editError(edit, `it has attributes 0x${old.attributes.toString(16)} and is no plain file`);
  }
  const { hash, times } = edit;
  const { lastAccessTime, lastWriteTime } = times;
  const attributes = ((old.attributes & ~formAttributes) | fileAttributes.archive) >>> 0;
  return [{ ...old, ...plainFields(old.name, old.shortName), attributes, hash, lastAccessTime, lastWriteTime }];
}

/** Where a new entry goes: in front of the first whose name comes behind its own, as Windows sorts them. */
function placeOf({ entries }: DirectoryList, name: string): number {
  const upper = upCase(name);
  const index = entries.findIndex((entry) => upCase(entry.name) > upper);
  return index < 0 ? entries.length : index;
}

function newFile(
  { securityId }: DirectoryEntry,
  name: string,
  { hash, times }: { readonly hash: Uint8Array; readonly times: EntryTimes },
): DirectoryEntry {
  const attributes = fileAttributes.archive;
  return { name, shortName: "", ...plainFields(name, ""), ...times, attributes, securityId, hash, list: null };
}

function newDirectory({ securityId }: DirectoryEntry, name: string, times: EntryTimes): DirectoryEntry {
  const list = { entries: [], rank: null, gap: new Uint8Array(), endLength: 0 };
  const attributes = fileAttributes.directory;
  return { name, shortName: "", ...plainFields(name, ""), ...times, attributes, securityId, hash: noHash, list };
}

/** What a plain entry of one name, without streams and tagged items, has in these fields. */
function plainFields(name: string, shortName: string) {
  const names = withTerminator(name.length * 2) + withTerminator(shortName.length * 2);
  const rest = paddingOf(directoryEntryRecord.size + names);
  const reserved = { unused1: 0n, unused2: 0n, unknown54: 0 };
  return { ...reserved, hardLinkGroup: 0n, reparse: null, streams: [], rest, slack: 0 } as const;
}
