/** The options that change the image's files, as the steps take them; `write` and `check` have the same. */
import type { AddedFolder, EditChoices } from "../steps/edit-choices.js";

export type EditOptions = {
  readonly add: readonly string[];
  readonly drivers: readonly string[];
  readonly edition?: string;
  readonly answerFile?: string;
  readonly updates?: string;
};

export function editChoices({ add, drivers, edition, answerFile, updates }: EditOptions): EditChoices {
  return { add: add.map(addedFolder), drivers, edition, answerFile, updates };
}

/** `folder=path`, parted at the last sign: a folder with one in its name is given with another behind it. */
export function addedFolder(text: string): AddedFolder {
  const at = text.lastIndexOf("=");
  return at === -1 ? { folder: text } : { folder: text.slice(0, at), at: text.slice(at + 1) };
}
