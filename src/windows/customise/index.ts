/**
 * An image's tree as it is asked for: files laid over it, an edition chosen. Pure: what comes from the host was read before.
 * Each wish becomes an edit that says what it changed and why; a known image stays known, and the stick tells what is
 * different on it.
 */
import { upCase } from "../../bytes/up-case.js";
import { firstFew } from "../../bytes/amounts.js";
import { Failures, Win7UsbError } from "../../errors.js";
import type { FileTree } from "../../tree/index.js";
import { contentSource, find } from "../../tree/index.js";
import type { WindowsIdentity } from "../identity.js";
import type { ImageDescription } from "../index.js";
import { identify } from "../index.js";
import { addFolder } from "./add.js";
import { blamingAdded } from "./added-wims.js";
import type { Edit, EditNote, EditResult, Editing, Wish } from "./edit.js";
import type { AnswerFileContext } from "./answer-file/index.js";
import { addAnswerFile, answerFileLimit, examineAnswerFile, isAnswerFilePath } from "./answer-file/index.js";
import type { DriverPlacing } from "./drivers.js";
import { chooseEdition, editionConfigPath, menuName } from "./edition.js";

export type { Edit, EditKind, EditNote, Wish } from "./edit.js";
export { additionTimes } from "./added-file.js";
export { blamingAdded } from "./added-wims.js";
export { answerFileLimit } from "./answer-file/index.js";

/** Names of refusals of what is asked for, that a person may lift. */
export const liftableEdits = ["replace", "unattended-wipe"] as const;

export type Customised = {
  readonly tree: FileTree;
  /** Of what is on the stick: the image's own, where none of its WIMs was replaced. */
  readonly windows: WindowsIdentity;
  /** One for each wish, in its order. */
  readonly edits: readonly Edit[];
};

/** What the image is, and which refusals are lifted. */
export type CustomiseOptions = ImageDescription & { readonly allow?: readonly string[] | undefined };

/** Makes the edits, in the order of the wishes. Throws all that stands against them at once. */
export async function customise(
  image: Editing,
  wishes: readonly Wish[],
  options: CustomiseOptions = {},
): Promise<Customised> {
  const { allow = [] } = options;
  const failures = new Failures();
  const edits: Edit[] = [];
  const owners = new Map<string, Edit["kind"]>();
  const drivers = await driverPlacing(wishes);
  const attempt = <T>(work: () => Promise<T>): Promise<T | undefined> =>
    failures.attempt(() => work().catch((error: unknown) => Promise.reject(blamingAdded(error, edits))));
  let { tree, windows } = image;
  for (const wish of wishes) {
    const made = await attempt(async () => {
      const result = await edited(wish, { tree, windows, allow, edition: editionAmong(edits) }, drivers);
      for (const path of pathsOf(wish, result)) own(path, wish.kind, owners);
      return result;
    });
    if (made === undefined) continue;
    const { tree: changed, ...rest } = made;
    tree = changed;
    edits.push({ kind: wish.kind, ...rest });
    if (made.changes.some(({ path }) => isWim(path))) {
      windows = (await attempt(() => identify(tree, options))) ?? windows;
    }
  }
  await failures.attempt(() => assertReplaceable(image.tree, edits, allow));
  failures.throwAll();
  return { tree, windows, edits };
}

/** Loaded where it is asked for. */
async function driverPlacing(wishes: readonly Wish[]): Promise<DriverPlacing | undefined> {
  if (!wishes.some(({ kind }) => kind === "drivers")) return undefined;
  return new (await import("./drivers.js")).DriverPlacing();
}

async function edited(wish: Wish, context: AnswerFileContext, drivers: DriverPlacing | undefined): Promise<EditResult> {
  if (wish.kind === "drivers") return drivers!.place(wish, context);
  if (wish.kind === "edition") return chooseEdition(wish.name, context);
  if (wish.kind === "updates") return (await import("./updates/place-updates.js")).placeUpdates(wish, context);
  if (wish.kind === "answer-file") return addAnswerFile(wish.bytes, context);
  const result = addFolder(wish, context);
  return { ...result, notes: [...result.notes, ...(await addedAnswerFiles(result, context))] };
}

/** An answer file among other files is none the less one. */
async function addedAnswerFiles({ tree, changes }: EditResult, context: AnswerFileContext): Promise<EditNote[]> {
  const notes: EditNote[] = [];
  for (const { path } of changes.filter((change) => isAnswerFilePath(tree, change.path))) {
    const node = find(tree, path);
    if (node?.kind !== "file") continue;
    const bytes = await contentSource(node).read(0, Math.min(node.size, answerFileLimit + 1));
    notes.push(...(await examineAnswerFile(bytes, path, { ...context, tree })));
  }
  return notes;
}

function editionAmong(edits: readonly Edit[]): string | undefined {
  const value = edits.find(({ kind }) => kind === "edition")?.value;
  return value === menuName ? undefined : value;
}

/** What an edit decides, changed or not. */
function pathsOf(wish: Wish, { changes, tree }: EditResult): string[] {
  if (wish.kind === "edition") return [editionConfigPath(tree)];
  return changes.map(({ path }) => path).filter((path) => !isShared(wish.kind, path));
}

function own(path: string, kind: Edit["kind"], owners: Map<string, Edit["kind"]>): void {
  const key = upCase(path);
  const other = owners.get(key);
  if (other !== undefined) {
    const message = `${path} is given twice: ${other === kind ? `by two of ${kind}` : `by ${other} and ${kind}`}`;
    throw new Win7UsbError("edit-conflict", message, { hint: "Leave one of them out.", data: { path } });
  }
  owners.set(key, kind);
}

/** Each folder of drivers adds to the boot.wim of those before it, and updates to a script that somebody else has given. */
function isShared(kind: Edit["kind"], path: string): boolean {
  if (kind === "updates") return /\/Setup\/Scripts\/SetupComplete\.cmd$/i.test(path);
  return kind === "drivers" && isWim(path);
}

/** Whether a path is of what says which Windows it is. */
function isWim(path: string): boolean {
  return /(?:^|\/)sources\/[^/]*\.(?:wim|swm|esd)$/i.test(path);
}

/** Paths that a message names, and that are listed in its data. */
const namedPaths = 5;
const listedPaths = 100;

/** Files of the image are replaced by what was asked for by name alone, or where that is allowed. */
function assertReplaceable(tree: FileTree, edits: readonly Edit[], allow: readonly string[]): void {
  if (allow.includes("replace")) return;
  const paths = edits
    .filter(({ kind }) => kind !== "edition")
    .flatMap(({ kind, changes }) => changes.filter(({ path }) => !isShared(kind, path)))
    .flatMap(({ path, action }) => (action === "replaced" && find(tree, path) !== undefined ? [path] : []));
  if (paths.length === 0) return;
  throw new Win7UsbError("replace", `files of the image would be replaced: ${firstFew(paths, namedPaths)}`, {
    hint: "Leave them out of what is added.",
    data: { paths: paths.slice(0, listedPaths), count: paths.length },
  });
}
