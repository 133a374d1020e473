/**
 * What is asked for, made of the stick's own tree. From the stick alone come the edition and the answer file; what was made of
 * folders, and what the image had before, is in the image.
 */
import { createHash } from "node:crypto";
import { concatenate, fromSource } from "../../extents/layout.js";
import { layoutSource } from "../../extents/layout-source.js";
import { without } from "../../tree/edits.js";
import type { FileTree } from "../../tree/index.js";
import type { PlannedEdit } from "../../volumes/plan.js";
import { answerFileLimit, answerFileName } from "../../windows/customise/answer-file/index.js";
import { menuName } from "../../windows/customise/edition.js";
import { stickDriversPath } from "../../windows/customise/setup-script.js";
import { identify } from "../../windows/index.js";
import { changing, editTree, type PreparedEdit } from "../edit-tree.js";
import type { OpenedStick } from "../open-stick.js";
import { damagedStick } from "../open-stick.js";
import type { UpdateChoices } from "./choices.js";
import { editOf, folderEdits, givenFolders, writeChoicesOf } from "./choices.js";
import { imageNeeded, treeOfStick, type StickDisk, type StickTree } from "./stick-tree.js";

export type EditedStick = StickTree & {
  /** Those that were made now, for people. */
  readonly made: readonly PreparedEdit[];
  /** All of them, as the manifest is to say. */
  readonly edits: readonly PlannedEdit[];
};

/** Throws `image-needed`, and all that stands against the edits. */
export async function editStick(stick: OpenedStick, disk: StickDisk, choices: UpdateChoices): Promise<EditedStick> {
  const { manifest } = stick;
  requireOfStick(stick, choices);
  const takesAnswerBack = isTakenBack(stick, choices, "answer-file");
  if (choices.edition === undefined && choices.answerFile === undefined && !takesAnswerBack) {
    return { ...(await treeOfStick(stick, disk)), made: [], edits: manifest.edits };
  }
  // An answer file that stays may outrank the edition, and is looked at again.
  const kept = takesAnswerBack ? undefined : await answerFileOf(stick, disk);
  const asks = writeChoicesOf(manifest, choices, kept);
  const isOtherSet = asks.answerFile !== undefined || takesAnswerBack || lacksConfig(stick) || isMenu(choices.edition);
  const { tree: asItIs, located } = await treeOfStick(stick, disk, isOtherSet ? addedFrom(stick) : undefined);
  const tree = editOf(manifest, "answer-file") === undefined ? asItIs : withoutAnswerFile(stick, asItIs);
  const volumeLabel = manifest.origin?.volumeLabel ?? "";
  const windows = await identify(tree, { volumeLabel });
  const wishes = { edition: choices.edition, answerFile: asks.answerFile };
  const edited = await editTree({ image: { tree, volumeLabel, primaryVolume: null }, windows }, wishes, asks.allow);
  const made = await edited.hashed();
  const told = made.map((edit) =>
    edit.kind === "answer-file" && choices.answerFile === undefined
      ? { ...edit, value: "as it was", changes: [] }
      : edit,
  );
  return { tree: edited.tree, located, made: told, edits: editsOf(stick, choices, made) };
}

const isMenu = (edition: string | undefined): boolean => edition?.toLowerCase() === menuName;

function isTakenBack(
  { manifest }: OpenedStick,
  { reset = [] }: UpdateChoices,
  kind: "answer-file" | "edition",
): boolean {
  return reset.includes(kind) && editOf(manifest, kind) !== undefined;
}

/** Throws `image-needed` for what the stick cannot give. */
function requireOfStick({ manifest, path }: OpenedStick, choices: UpdateChoices): void {
  const { reset = [], edition } = choices;
  const [folder] = givenFolders(choices);
  if (folder !== undefined) throw imageNeeded(path, `${folderWords[folder]} are laid out with the image's files`);
  const lost = [...folderEdits, "edition" as const].find((kind) => reset.includes(kind) && editOf(manifest, kind));
  if (lost !== undefined) throw imageNeeded(path, `what it had before its ${lost} is not on it`);
  if (reset.includes("label") && manifest.origin === null) {
    throw imageNeeded(path, "its manifest does not tell the image's label");
  }
  const before = editOf(manifest, "edition")?.value;
  if (edition !== undefined && !isMenu(edition) && isMenu(before)) {
    throw imageNeeded(path, "the image's own ei.cfg, which says what key Setup takes, is not on it");
  }
}

const folderWords = { add: "added folders", drivers: "drivers", updates: "updates" } as const;

/** Whether a choice of the edition adds a file. */
function lacksConfig({ manifest: { files } }: OpenedStick): boolean {
  return !(files ?? []).some(({ path }) => configPath.test(path));
}

const configPath = /(?:^|\/)sources\/ei\.cfg$/i;

/** The stick's own; undefined where it was made without. Throws `stick-damaged` where it is not what the manifest says. */
export async function answerFileOf({ manifest, path }: OpenedStick, disk: StickDisk): Promise<Uint8Array | undefined> {
  const edit = editOf(manifest, "answer-file");
  const file = (manifest.files ?? []).find((each) => each.path.toLowerCase() === answerFileName.toLowerCase());
  if (edit === undefined || file === undefined || file.size > answerFileLimit) return undefined;
  const content = concatenate(file.runs.map(({ offset, length }) => fromSource(disk.source, offset, length)));
  const bytes = await layoutSource(content, file.size).read(0, file.size);
  if (createHash("sha256").update(bytes).digest("hex") !== edit.sha256) throw damagedStick(path, [file.path]);
  return bytes;
}

/**
 * The index of the first file that was added behind those of the image. Throws `image-needed` where that cannot be told, because
 * another file would come to lie elsewhere then than a write puts it.
 */
function addedFrom({ manifest, path }: OpenedStick): number | undefined {
  const { files, edits } = manifest;
  const unknown = edits.find(({ kind }) => !["edition", "answer-file", "drivers"].includes(kind));
  if (unknown !== undefined) throw imageNeeded(path, `which of its files came with its ${unknown.kind} is not known`);
  const lying = (files ?? []).map((file, index) => ({ ...file, index })).filter(({ size }) => size > 0);
  const first = lying.findIndex((file) => {
    if (file.path.startsWith(`${stickDriversPath}/`)) return editOf(manifest, "drivers") !== undefined;
    return file.path === answerFileName && editOf(manifest, "answer-file") !== undefined;
  });
  const last = lying.at(first === -1 ? -1 : first - 1);
  if (editOf(manifest, "edition") !== undefined && last !== undefined && configPath.test(last.path)) {
    throw imageNeeded(path, "whether the image had an ei.cfg is not known");
  }
  return first === -1 ? undefined : lying[first]!.index;
}

/** Throws `image-needed` where it took the place of one of the image's own, which would come back. */
function withoutAnswerFile({ path }: OpenedStick, tree: FileTree): FileTree {
  // Nothing is added to the root behind it.
  if (tree.children.at(-1)?.name !== answerFileName) {
    throw imageNeeded(path, `whether the image had an ${answerFileName} is not known`);
  }
  return without(tree, answerFileName).tree;
}

/** In the order in which they are made. */
const kinds = ["add", "drivers", "updates", "edition", "answer-file", "uefi-boot"];

function editsOf({ manifest }: OpenedStick, choices: UpdateChoices, made: readonly PreparedEdit[]): PlannedEdit[] {
  const before = editOf(manifest, "edition");
  const isGiven = (kind: string): boolean => made.some((edit) => edit.kind === kind);
  const stays = ({ kind }: PlannedEdit): boolean => {
    if (kind === "answer-file") return !isGiven(kind) && !(choices.reset ?? []).includes(kind);
    return kind !== "edition" || !isGiven(kind);
  };
  const again = made.filter(
    ({ kind, value, changes }) => changes.length === 0 && kind === "edition" && value === before?.value,
  );
  const edits = [...manifest.edits.filter(stays), ...changing(made), ...again];
  return edits
    .map(({ kind, value, sha256 }): PlannedEdit => ({ kind, value, sha256 }))
    .toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
}
