/**
 * The image's tree as it is asked for: the one place where what is added is read from the host, and where edits are made,
 * before anything is planned. What they are is `customise`'s.
 */
import { createHash } from "node:crypto";
import type { Warning } from "../errors.js";
import { Failures, Win7UsbError } from "../errors.js";
import { hostFileAt } from "../source/host-file.js";
import type { FileTimes } from "../tree/index.js";
import type { Customised, Edit, Wish } from "../windows/customise/index.js";
import { additionTimes, answerFileLimit, customise } from "../windows/customise/index.js";
import type { WindowsIdentity } from "../windows/identity.js";
import type { EditChoices } from "./edit-choices.js";
import type { OpenedImage } from "./open-image.js";
import { readFolder } from "./read-folder.js";

export type EditedImage = Customised & {
  /** The edits with the hashes of their inputs, which are read whole for it. */
  readonly hashed: () => Promise<readonly PreparedEdit[]>;
  /** Throws `input-changed` where what is added is not what it was. */
  readonly assertUnchanged: () => Promise<void>;
};

/** An edit with what it was made of; nulls where that is nothing of the host's. */
export type PreparedEdit = Edit & {
  /** A path of the host. */
  readonly input: string | null;
  /** 64 hexadecimal digits. */
  readonly sha256: string | null;
};

/** An edit that was made of nothing of the host's. */
export function ofTheImage(edit: Edit): PreparedEdit {
  return { ...edit, input: null, sha256: null };
}

/** Something of the host that is added. */
type EditInput = { readonly path: string | null; sha256(): Promise<string>; assertUnchanged(): Promise<void> };
type ReadWish = { readonly wish: Wish; readonly input?: EditInput };

/** What is edited: of an image, or of a stick that was made of one. */
export type Editable = Pick<OpenedImage, "windows"> & {
  readonly image: Pick<OpenedImage["image"], "tree" | "volumeLabel" | "primaryVolume">;
};

/** Throws all that stands against the edits at once, save what `allow` lifts. */
export async function editTree(
  { image, windows }: Editable,
  choices: EditChoices,
  allow: readonly string[] = [],
): Promise<EditedImage> {
  const failures = new Failures();
  const read = await readWishes(choices, additionTimes(image.tree), windows, failures);
  // A folder that cannot be laid over the image might have had what is missing then.
  const isJudged = failures.found.length === 0 || (choices.add ?? []).length === 0;
  const options = {
    allow,
    volumeLabel: image.volumeLabel,
    applicationIdentifier: image.primaryVolume?.applicationIdentifier ?? "",
  };
  const wishes = read.map(({ wish }) => wish);
  const customised = isJudged
    ? await failures.attempt(() => customise({ tree: image.tree, windows }, wishes, options))
    : undefined;
  failures.throwAll();
  return {
    ...customised!,
    async hashed() {
      const edits: PreparedEdit[] = [];
      for (const [index, edit] of customised!.edits.entries()) {
        const { input } = read[index]!;
        edits.push({ ...edit, input: input?.path ?? null, sha256: (await input?.sha256()) ?? null });
      }
      return edits;
    },
    async assertUnchanged() {
      for (const { input } of read) await input?.assertUnchanged();
    },
  };
}

/** Those that made the stick another one: what changed nothing is not recorded on it. */
export function changing(edits: readonly PreparedEdit[]): readonly PreparedEdit[] {
  return edits.filter(({ changes }) => changes.length > 0);
}

/** What the stick cannot have by its name is told as left out, not as added. */
export function withoutLeftOut(edit: PreparedEdit, faults: readonly { readonly path: string }[]): PreparedEdit {
  const isLeftOut = (path: string): boolean => faults.some((each) => `${path}/`.startsWith(`${each.path}/`));
  return { ...edit, changes: edit.changes.filter(({ action, path }) => action === "removed" || !isLeftOut(path)) };
}

/** Of folders to be added, for who named another one than was meant. */
export function emptyFolderWarnings(edits: readonly PreparedEdit[]): Warning[] {
  const empty = edits.filter(
    ({ kind, value, changes }) => kind === "add" && changes.every(({ path }) => path === value),
  );
  return empty.map(({ input }) => ({ code: "add-empty", message: `${input} holds nothing that could be added` }));
}

/** In the order in which edits are made; what cannot be read is among the failures. */
async function readWishes(
  { add = [], drivers = [], edition, answerFile, updates }: EditChoices,
  times: FileTimes,
  windows: WindowsIdentity,
  failures: Failures,
): Promise<ReadWish[]> {
  const wishes: ReadWish[] = [];
  for (const { folder: path, at = "" } of add) {
    const read = await failures.attempt(() => readFolder(path, times));
    if (read !== undefined) wishes.push({ wish: { kind: "add", at, folder: read.folder }, input: { path, ...read } });
  }
  const infs = new Map<string, string>();
  for (const path of drivers) {
    const read = await failures.attempt(async () => {
      const { readDrivers } = await import("./read-drivers.js");
      const found = await readDrivers(path, windows);
      for (const inf of found.infs) takeOnce(inf, path, infs);
      return found;
    });
    if (read !== undefined) wishes.push({ wish: read.wish, input: { path, ...read } });
  }
  if (updates !== undefined) {
    const read = await failures.attempt(async () => (await import("./read-updates.js")).readUpdates(updates, windows));
    if (read !== undefined) wishes.push({ wish: read.wish, input: { path: updates, ...read } });
  }
  if (edition !== undefined) wishes.push({ wish: { kind: "edition", name: edition } });
  if (answerFile !== undefined) {
    const read = await failures.attempt(() => readAnswerFile(answerFile));
    if (read !== undefined) wishes.push(read);
  }
  return wishes;
}

/** A folder that is given twice, by itself or within another, would double what Windows PE keeps in memory. */
function takeOnce(inf: string, folder: string, taken: Map<string, string>): void {
  const other = taken.get(inf);
  if (other !== undefined) {
    const which = other === folder ? `${folder} is given twice` : `${other} and ${folder} hold the same drivers`;
    const message = `${which}: ${inf}`;
    throw new Win7UsbError("edit-conflict", message, { hint: "Leave one of them out.", data: { path: inf } });
  }
  taken.set(inf, folder);
}

/** Of one that is too large, as much as it takes to see that. */
async function readAnswerFile(given: string | Uint8Array): Promise<ReadWish> {
  if (typeof given !== "string") return { wish: { kind: "answer-file", bytes: given }, input: inputOfBytes(given) };
  const path = given;
  const { size, source, assertUnchanged } = await hostFileAt(path);
  const bytes = await source.read(0, Math.min(size, answerFileLimit + 1));
  return { wish: { kind: "answer-file", bytes }, input: { ...inputOfBytes(bytes), path, assertUnchanged } };
}

function inputOfBytes(bytes: Uint8Array): EditInput {
  const sha256 = async (): Promise<string> => createHash("sha256").update(bytes).digest("hex");
  return { path: null, sha256, assertUnchanged: async () => undefined };
}
