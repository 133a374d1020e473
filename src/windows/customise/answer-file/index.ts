/**
 * An answer file: Setup reads `Autounattend.xml` in the root of a removable drive and asks nothing that it answers. It is
 * checked before it is copied, because Setup says of a wrong one that it is wrong, on a machine that has been waited for.
 */
import { firstFew } from "../../../bytes/amounts.js";
import { driverArchitectureOf } from "../../../drivers/index.js";
import { Win7UsbError } from "../../../errors.js";
import { overlay, treeWith } from "../../../tree/edits.js";
import type { FileTree } from "../../../tree/index.js";
import { bootArchitecture } from "../../cross-check.js";
import { setupFolderOf } from "../../setup-folders.js";
import { openInstallImage } from "../../setup-images.js";
import type { WindowsIdentity } from "../../identity.js";
import { addedFile, additionTimes } from "../added-file.js";
import type { EditNote, EditResult, Editing } from "../edit.js";
import { readFrame } from "./components.js";
import { readContents } from "./contents.js";
import { diskChanges } from "./disks.js";
import { parseAnswerFile } from "./document.js";
import { withoutProductKeys } from "./product-key.js";

export { answerFileLimit } from "./document.js";

/** In the root of the stick. */
export const answerFileName = "Autounattend.xml";

export type AnswerFileContext = Editing & {
  readonly allow: readonly string[];
  /** The EDITIONID that was asked for besides; undefined where none was. */
  readonly edition: string | undefined;
};

/** Throws `answer-file-invalid`, `unattended-wipe` and `edit-conflict`. */
export async function addAnswerFile(bytes: Uint8Array, context: AnswerFileContext): Promise<EditResult> {
  const notes = await examineAnswerFile(bytes, "the answer file", context);
  const { tree } = context;
  const over = treeWith(answerFileName, addedFile(answerFileName, bytes, additionTimes(tree)));
  return { value: "", ...overlay(tree, over), notes };
}

/** Whether Setup may take a file at this path for an answer file. */
export function isAnswerFilePath(tree: FileTree, path: string): boolean {
  const name = path.toLowerCase();
  const folder = `${setupFolderOf(tree).toLowerCase()}/`;
  return ["autounattend.xml", "unattend.xml"].includes(name.startsWith(folder) ? name.slice(folder.length) : name);
}

/** Says what to know of it. `name`: what messages call it. Throws as `addAnswerFile`. */
export async function examineAnswerFile(
  bytes: Uint8Array,
  name: string,
  { tree, windows, allow, edition }: AnswerFileContext,
): Promise<EditNote[]> {
  const root = parseAnswerFile(bytes);
  if (typeof root === "string") {
    const problem = withoutProductKeys(root);
    throw invalid(name, [problem], `${name} ${problem}`);
  }
  const { problems, components, passedOver } = readFrame(
    root,
    driverArchitectureOf(bootArchitecture(windows) ?? windows.architecture),
  );
  const images = (await openInstallImage(tree, setupFolderOf(tree)))?.wim.images ?? [];
  const contents = readContents(components, images);
  const all = [...problems, ...contents.problems].map(withoutProductKeys);
  if (all.length > 0) throw invalid(name, all, `${name} is not one for this image: ${named(all)}`);
  const changes = diskChanges(root).map(withoutProductKeys);
  if (changes.length > 0 && !allow.includes("unattended-wipe")) throw wipes(name, changes);
  assertSameEdition(name, contents.imageIndex, edition, windows);
  const notes: EditNote[] = [];
  if (changes.length > 0) notes.push({ code: "answer-file-wipes", changes });
  if (!contents.hasKey) notes.push({ code: "answer-file-no-key" });
  if (contents.hasKey || contents.hasPassword) notes.push({ code: "answer-file-secrets" });
  if (contents.hasKey && edition !== undefined) notes.push({ code: "answer-file-outranks" });
  if (passedOver > 0) notes.push({ code: "answer-file-passed-over", components: passedOver });
  return notes;
}

function assertSameEdition(
  name: string,
  imageIndex: number | null,
  edition: string | undefined,
  { editions }: WindowsIdentity,
): void {
  const chosen = editions.find(({ index }) => index === imageIndex)?.id;
  if (edition === undefined || chosen === undefined || chosen === null || chosen === edition) return;
  const message = `${name} installs image ${imageIndex} (${chosen}), and ${edition} is asked for`;
  throw new Win7UsbError("edit-conflict", message, {
    hint: "Leave one of them out: an answer file outranks the edition.",
    data: { edition, chosen },
  });
}

/** Problems that a message names, and that are listed in its data. */
const namedProblems = 5;
const listedProblems = 50;

function named(sentences: readonly string[]): string {
  return firstFew(sentences, namedProblems, { between: "; ", last: ", and" });
}

function invalid(name: string, problems: readonly string[], message: string): Win7UsbError {
  return new Win7UsbError("answer-file-invalid", message, {
    hint: "Mend it, with Windows System Image Manager for instance.",
    data: { name, problems: problems.slice(0, listedProblems), count: problems.length },
  });
}

function wipes(name: string, changes: readonly string[]): Win7UsbError {
  const message = `${name} changes disks without asking, and Setup may number any disk so, the stick as well: ${named(changes)}`;
  return new Win7UsbError("unattended-wipe", message, {
    hint: "Take DiskConfiguration out of it: Setup then asks for the disk.",
    data: { name, changes: changes.slice(0, listedProblems), count: changes.length },
  });
}
