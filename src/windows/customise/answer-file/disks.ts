/**
 * What an answer file does to disks without asking. Setup guards only the disks that it runs from, and started from a RAM disk
 * it runs from none: any disk can be meant, the stick as well.
 */
import type { AnswerElement } from "./document.js";
import { childNamed, elementsIn } from "./document.js";
import { at } from "./components.js";

/**
 * Commands that partition or format, and diskpart's own that wipes, named as a word; behind `cmd /c` no blank is needed. What
 * follows a colon or a dot is a value or another file (`/format:csv`, `format.txt`).
 */
const diskCommand = /(?:^|\/[ck]|[^\w-])(diskpart|format|clean)(?:\.exe|\.com)?(?![\w.:-])/i;
const commandNames = ["Path", "CommandLine"];

/** Sentences without a full stop, with their lines; of any component, whatever its architecture. */
export function diskChanges(root: AnswerElement): string[] {
  const found: string[] = [];
  for (const element of elementsIn(root)) {
    const what = changeOf(element);
    if (what !== null) found.push(at(element, what));
  }
  return found;
}

function changeOf(element: AnswerElement): string | null {
  const { name, text } = element;
  if (name === "WillWipeDisk" && isTrue(text)) return `${diskOf(element)} is wiped`;
  if (name === "CreatePartition") return `a partition is created on ${diskOf(element)}`;
  if (name === "ModifyPartition") return partitionChange(element);
  if (!commandNames.includes(name) || !isInWindowsPe(element)) return null;
  const command = diskCommand.exec(withoutQuoting(text))?.[1];
  return command === undefined ? null : `Windows PE runs ${command.toLowerCase()}`;
}

/**
 * A command line as cmd.exe runs it: a caret stands for the character behind it, and quotes may be anywhere in a word. What it
 * puts in the place of variables is known to nobody before it runs.
 */
function withoutQuoting(text: string): string {
  return text.replaceAll(/\^(.?)/gs, "$1").replaceAll('"', "");
}

/** Letters, labels and the mark of the active partition take nothing away. */
function partitionChange(element: AnswerElement): string | null {
  const format = childNamed(element, "Format");
  if (format !== undefined && format.text !== "") return `a partition of ${diskOf(element)} is formatted`;
  const isExtended = isTrue(childNamed(element, "Extend")?.text ?? "");
  if (!isExtended && childNamed(element, "TypeID") === undefined) return null;
  return `a partition of ${diskOf(element)} is changed`;
}

function isTrue(text: string): boolean {
  return ["true", "1"].includes(text.toLowerCase());
}

function diskOf(element: AnswerElement): string {
  for (let above = element.parent; above !== null; above = above.parent) {
    const number = childNamed(above, "DiskID")?.text ?? "";
    if (/^\d{1,3}$/.test(number)) return `disk ${number}`;
  }
  return "a disk";
}

function isInWindowsPe(element: AnswerElement): boolean {
  for (let above: AnswerElement | null = element; above !== null; above = above.parent) {
    if (above.name === "settings") return above.attributes["pass"] === "windowsPE";
  }
  return false;
}
