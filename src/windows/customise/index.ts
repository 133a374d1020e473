/**
 * An image's tree as it is asked for: editions chosen, files laid over it. Pure: what comes from the host was read before.
 * Each wish becomes an edit that says what it changed and why; a known image stays known, and the stick tells what is
 * different on it.
 */
import { Failures } from "../../errors.js";
import type { FileTree } from "../../tree/index.js";
import type { Edit, EditResult, Editing, Wish } from "./edit.js";
import { chooseEdition } from "./edition.js";

export type { Edit, EditNote, Wish } from "./edit.js";

export type Customised = {
  readonly tree: FileTree;
  /** One for each wish, in its order. */
  readonly edits: readonly Edit[];
};

/** Makes the edits, in the order of the wishes. Throws all that stands against them at once. */
export async function customise(editing: Editing, wishes: readonly Wish[]): Promise<Customised> {
  const failures = new Failures();
  const edits: Edit[] = [];
  let { tree } = editing;
  for (const wish of wishes) {
    // Each is made in what those before it left.
    // oxlint-disable-next-line no-await-in-loop
    const made = await failures.attempt(() => edited(wish, { ...editing, tree }));
    if (made === undefined) continue;
    const { tree: changed, ...rest } = made;
    tree = changed;
    edits.push({ kind: wish.kind, sha256: null, ...rest });
  }
  failures.throwAll();
  return { tree, edits };
}

function edited(wish: Wish, editing: Editing): Promise<EditResult> {
  return chooseEdition(wish.name, editing);
}
