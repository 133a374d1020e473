/** The bytes that edits of images bring, by their SHA-1: each is stored once, however many files have it. */
import { toHex } from "../bytes/hex.js";
import { MiB } from "../bytes/units.js";
import { assertLayout, layoutEnd, runEnd, type Extent } from "../extents/extent.js";
import { layoutSource } from "../extents/layout-source.js";
import type { EntryEdit } from "./image-edit.js";
import { lookupTableEntryRecord } from "./lookup-table.js";
import type { CreateSha1 } from "./sha1.js";

/**
 * Where a new file's bytes come from: a layout from 0 on without a gap, of bytes that are known. Its SHA-1, 20 bytes, is taken
 * where it is not given.
 */
type NewContent = { readonly content: readonly Extent[]; readonly sha1?: Uint8Array };
type WithContent<E> = E extends { readonly hash: Uint8Array } ? Omit<E, "hash"> & NewContent : E;

/** An edit of an image's tree, with the bytes of the files that it brings. */
export type ImageEdit = WithContent<EntryEdit>;

/** A content that is to be stored, as it is. */
export type StoredContent = { readonly hash: Uint8Array; readonly size: number; readonly content: readonly Extent[] };

/** Bytes of new files that are read at once. */
const pieceSize = MiB;
/** Bytes; all zeros where a file is empty. */
const sha1Size = lookupTableEntryRecord.fields.hash.width;
const noHash = new Uint8Array(sha1Size);

/**
 * The edits with the hashes of what they bring, which `contents` and `sizes` (of the WIM's contents, by SHA-1 in
 * hexadecimal) get. Throws RangeError for a layout that is no content, and for a SHA-1 that cannot be its.
 */
export async function resolveEdits(
  edits: readonly ImageEdit[],
  contents: Map<string, StoredContent>,
  sizes: Map<string, number>,
  createSha1: CreateSha1,
): Promise<EntryEdit[]> {
  const resolved: EntryEdit[] = [];
  for (const edit of edits) {
    if (edit.kind === "remove" || edit.kind === "add-directory") {
      resolved.push(edit);
      continue;
    }
    const { kind, path, times, content } = edit;
    const stored = await storedContent(edit, createSha1);
    const key = toHex(stored.hash);
    const size = sizes.get(key) ?? stored.size;
    if (stored.size > 0) {
      const other = contents.get(key);
      const isSame = size === stored.size && (other === undefined || (await areEqual(other.content, content)));
      if (!isSame) throw contentError(edit, `another content has its SHA-1, ${key}`);
      contents.set(key, stored);
      sizes.set(key, size);
    }
    resolved.push({ kind, path, times, hash: stored.hash });
  }
  return resolved;
}

type BringingEdit = Extract<ImageEdit, NewContent>;

function contentError({ kind, path }: BringingEdit, problem: string, cause?: unknown): RangeError {
  return new RangeError(`${kind} ${JSON.stringify(path)}: ${problem}`, { cause });
}

async function storedContent(edit: BringingEdit, createSha1: CreateSha1): Promise<StoredContent> {
  const { content, sha1 } = edit;
  const size = sizeOf(edit);
  if (sha1 !== undefined && sha1.length !== sha1Size) {
    throw contentError(edit, `its SHA-1 has ${sha1.length} bytes, expected ${sha1Size}`);
  }
  if (size === 0) return { hash: noHash, size, content };
  if (sha1?.every((byte) => byte === 0) === true) throw contentError(edit, "its SHA-1 is zeros, but it is not empty");
  return { hash: sha1 ?? (await hashContent(content, size, createSha1)), size, content };
}

function sizeOf(edit: BringingEdit): number {
  const size = layoutEnd(edit.content);
  try {
    assertLayout(edit.content, size);
  } catch (cause) {
    throw contentError(edit, cause instanceof Error ? cause.message : String(cause), cause);
  }
  let end = 0;
  for (const extent of edit.content) {
    const { offset, length, source } = extent;
    if (offset !== end) throw contentError(edit, `nothing is at byte ${end}, the next extent begins at ${offset}`);
    if (source.kind === "manifest") throw contentError(edit, "it is the place of a manifest, whose bytes nobody knows");
    if (source.kind === "range" && !(source.offset >= 0 && source.offset + length <= source.source.size)) {
      const places = `bytes ${source.offset} to ${source.offset + length}`;
      throw contentError(edit, `${places} are not in its source of ${source.source.size}`);
    }
    end = runEnd(extent);
  }
  return size;
}

async function hashContent(content: readonly Extent[], size: number, createSha1: CreateSha1): Promise<Uint8Array> {
  const source = layoutSource(content, size);
  const sha1 = createSha1();
  for (let offset = 0; offset < size; offset += pieceSize) {
    sha1.update(await source.read(offset, Math.min(pieceSize, size - offset)));
  }
  return Uint8Array.from(sha1.digest());
}

/** Whether two contents of one size have the same bytes. */
async function areEqual(a: readonly Extent[], b: readonly Extent[]): Promise<boolean> {
  if (a === b) return true;
  const size = layoutEnd(a);
  const [first, second] = [layoutSource(a, size), layoutSource(b, size)];
  for (let offset = 0; offset < size; offset += pieceSize) {
    const length = Math.min(pieceSize, size - offset);
    const [x, y] = await Promise.all([first.read(offset, length), second.read(offset, length)]);
    if (x.some((byte, index) => byte !== y[index])) return false;
  }
  return true;
}
