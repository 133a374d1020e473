/** The image's tree as it is asked for: inputs are read from the host here, and what is made of them is `customise`'s. */
import type { FileTree } from "../tree/index.js";
import type { Edit, Wish } from "../windows/customise/index.js";
import { customise } from "../windows/customise/index.js";
import type { EditChoices } from "./edit-choices.js";
import type { OpenedImage } from "./open-image.js";

export type EditedImage = {
  /** The image's own where nothing is asked for. */
  readonly tree: FileTree;
  /** What was changed, in the order in which it was. */
  readonly edits: readonly Edit[];
};

/** Throws all that stands against the edits at once. */
export async function editTree({ image, windows }: OpenedImage, choices: EditChoices): Promise<EditedImage> {
  return customise({ tree: image.tree, windows }, wishesOf(choices));
}

function wishesOf({ edition }: EditChoices): Wish[] {
  return edition === undefined ? [] : [{ kind: "edition", name: edition }];
}
