/**
 * Updates on the stick: in `$OEM$` beside Setup's WIMs, which Setup copies to the machine, with a script that installs them
 * and a SetupComplete.cmd that calls it. One that is there already is kept behind the call.
 */
import { joinBytes } from "../../../bytes/join.js";
import { MiB } from "../../../bytes/units.js";
import { Win7UsbError } from "../../../errors.js";
import { concatenate, fromSource } from "../../../extents/layout.js";
import { overlay, treeWith } from "../../../tree/edits.js";
import type { EditedTree } from "../../../tree/edits.js";
import type { FileNode, FileTimes, FileTree } from "../../../tree/index.js";
import { contentSource, find } from "../../../tree/index.js";
import { setupFolderOf } from "../../setup-folders.js";
import { addedFile, additionTimes } from "../added-file.js";
import type { EditNote, EditResult, Editing } from "../edit.js";
import type { ChosenUpdates } from "./choose-updates.js";
import { callText, installName, installText, updatesFolder } from "./install-script.js";
import type { InstallStep } from "./install-script.js";
import type { ReadUpdate } from "./read-update.js";
import type { UpdatesWish } from "./wish.js";

/** A script of this size is somebody's work; larger ones are something else. */
const scriptLimit = MiB;

function setupCompletePath(tree: FileTree): string {
  return `${setupFolderOf(tree)}/$OEM$/$$/Setup/Scripts/SetupComplete.cmd`;
}

/** Throws `edit-conflict` for a SetupComplete.cmd that cannot be called from. */
export async function placeUpdates({ chosen, passedOver }: UpdatesWish, { tree }: Editing): Promise<EditResult> {
  const times = additionTimes(tree);
  const oemPath = `${setupFolderOf(tree)}/$OEM$`;
  const folder = `${oemPath}/$1/${updatesFolder}`;
  const steps = chosen.ordered.map((update, index) => ({ update, file: fileName(update, index) }));
  const install = steps.flatMap(({ update, file }): InstallStep[] =>
    update.packages.map(({ cabinet }) => ({ file, cabinet })),
  );
  const complete = setupCompletePath(tree);
  const before = await existing(tree, complete);
  const files: [string, FileNode][] = [
    ...steps.map(({ update, file }): [string, FileNode] => [`${folder}/${file}`, updateFile(file, update, times)]),
    [`${folder}/${installName}`, textFile(installName, installText(install), times)],
    [complete, addedFile("SetupComplete.cmd", joinBytes([encoded(callText()), before]), times)],
  ];
  let edited: EditedTree = { tree, changes: [] };
  for (const [path, node] of files) {
    const { tree: next, changes } = overlay(edited.tree, treeWith(path, node, times));
    edited = { tree: next, changes: [...edited.changes, ...changes] };
  }
  return { value: "", ...edited, notes: notesOf(chosen, passedOver, oemPath, before.length > 0 ? complete : null) };
}

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const textFile = (name: string, text: string, times: FileTimes): FileNode => addedFile(name, encoded(text), times);

function updateFile(name: string, { source }: ReadUpdate, times: FileTimes): FileNode {
  const content = concatenate([fromSource(source)]);
  return { kind: "file", name, size: source.size, content, times, attributes: {} };
}

/** A name that a command line need not quote, whatever it is called in the folder. */
function fileName({ kb, kind, packages }: ReadUpdate, index: number): string {
  const name = kb === null ? packages[0]!.identity.name.replaceAll(/\W+/g, "-").slice(0, longestName) : `KB${kb}`;
  return `${String(index + 1).padStart(2, "0")}-${name}.${kind}`;
}
const longestName = 60;

/** Its bytes; none where there is none. */
async function existing(tree: FileTree, path: string): Promise<Uint8Array> {
  const node = find(tree, path);
  if (node?.kind !== "file") return new Uint8Array();
  const bytes = await contentSource(node).read(0, Math.min(node.size, scriptLimit));
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe;
  if (node.size <= scriptLimit && !isWide) return bytes;
  throw new Win7UsbError("edit-conflict", `${path} is there already, and is no script of plain text`, {
    hint: "Leave it out, or leave out the updates.",
    data: { path },
  });
}

function notesOf(
  { ordered, duplicates, lacking }: ChosenUpdates,
  passedOver: readonly string[],
  oemPath: string,
  joined: string | null,
): EditNote[] {
  const notes: EditNote[] = [{ code: "updates-installed", files: ordered.map(({ path }) => path) }];
  for (const { kbs, neededBy } of lacking) notes.push({ code: "update-needs", kbs, files: neededBy });
  for (const { path, of } of duplicates) notes.push({ code: "update-twice", files: [path], of });
  if (passedOver.length > 0) notes.push({ code: "updates-passed-over", files: passedOver });
  if (joined !== null) notes.push({ code: "setup-complete-kept", path: joined });
  notes.push({ code: "oem-folder", path: oemPath }, { code: "setup-complete-keys" });
  return notes;
}
