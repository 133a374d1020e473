/**
 * Names of a tree that no stick can have: those that Windows cannot open, and those that are one name to it. Both file systems
 * refuse them; who wants the rest of the tree leaves them out.
 */
import { agreeing, count, firstFew } from "../bytes/amounts.js";
import { upCase } from "../bytes/up-case.js";
import type { ErrorCode, Warning } from "../errors.js";
import { Win7UsbError } from "../errors.js";
import type { DirectoryNode, FileTree, TreeNode } from "../tree/index.js";
import { walk } from "../tree/index.js";
import { rootSystemNames } from "./ntfs/records/system-names.js";
import type { FileSystemName } from "./plan.js";
import { nameFault } from "./windows-names.js";

/** Names of the refusals, in the order in which they are told. */
export const faultyNameCodes = ["name-unsupported", "name-collision"] as const satisfies readonly ErrorCode[];

export type FaultyName = {
  readonly code: (typeof faultyNameCodes)[number];
  readonly path: string;
  /** Ends a sentence that begins with the path. */
  readonly reason: string;
  /** That are left out with it: itself, or what a folder holds. */
  readonly files: number;
};

/** The tree without what has a faulty name, and all faults in the tree's order; of names that are one, the first one stays. */
export type NamedTree = { readonly tree: FileTree; readonly faults: readonly FaultyName[] };

/** Paths that a message names; the rest is counted. `data.paths` holds up to a hundred. */
const namedPaths = 5;
const listedPaths = 100;

const ntfsOwn: readonly string[] = rootSystemNames.map(({ text }) => upCase(text));

export function withoutFaultyNames(tree: FileTree, fileSystem: FileSystemName): NamedTree {
  const faults: FaultyName[] = [];
  const own = fileSystem === "ntfs" ? ntfsOwn : [];
  const sound = (directory: DirectoryNode, prefix: string): DirectoryNode => {
    const taken = new Map<string, string>();
    const children: TreeNode[] = [];
    for (const child of directory.children) {
      const path = prefix + child.name;
      const fault = faultOf(child.name, path, taken, prefix === "" ? own : []);
      if (fault === null) children.push(child.kind === "directory" ? sound(child, `${path}/`) : child);
      else faults.push({ ...fault, path, files: fileCount(child) });
    }
    const isSame =
      children.length === directory.children.length && children.every((each, at) => each === directory.children[at]);
    return isSame ? directory : { ...directory, children };
  };
  return { tree: sound(tree, ""), faults };
}

/** Notes the name as taken where nothing is wrong with it. */
function faultOf(
  name: string,
  path: string,
  taken: Map<string, string>,
  own: readonly string[],
): Pick<FaultyName, "code" | "reason"> | null {
  const reason = nameFault(name);
  if (reason !== null) return { code: "name-unsupported", reason };
  const upper = upCase(name);
  if (own.includes(upper))
    return { code: "name-collision", reason: "has the name of a file that NTFS keeps for itself" };
  const other = taken.get(upper);
  if (other !== undefined)
    return { code: "name-collision", reason: `is one name to Windows with ${JSON.stringify(other)}` };
  taken.set(upper, path);
  return null;
}

function fileCount(node: TreeNode): number {
  if (node.kind === "file") return 1;
  let files = 0;
  for (const each of walk(node)) if (each.node.kind === "file") files += 1;
  return files;
}

/** The refusals, one a code. */
export function faultyNameErrors(faults: readonly FaultyName[]): Win7UsbError[] {
  return faultyNameCodes.flatMap((code) => {
    const found = faults.filter((fault) => fault.code === code);
    if (found.length === 0) return [];
    const data = { paths: found.slice(0, listedPaths).map(({ path }) => path), count: found.length };
    return new Win7UsbError(code, faultText(code, found), {
      hint: "Rename them in the image, or in what is added to it.",
      data,
    });
  });
}

/** For who has only to know of them. */
export function faultyNameWarnings(faults: readonly FaultyName[]): Warning[] {
  return faultyNameErrors(faults).map(({ code, message }) => ({ code, message }));
}

/** What is said where they are left out, one a code. */
export function leftOutWarnings(faults: readonly FaultyName[]): Warning[] {
  return faultyNameCodes.flatMap((code) => {
    const found = faults.filter((fault) => fault.code === code);
    if (found.length === 0) return [];
    const files = found.reduce((sum, each) => sum + each.files, 0);
    const leftOut = `${count(files, "file")} ${agreeing(files, "is", "are")} left out`;
    return { code, message: `${leftOut}: ${faultText(code, found)}` };
  });
}

function faultText(code: FaultyName["code"], faults: readonly FaultyName[]): string {
  const text =
    code === "name-unsupported" ? "Windows cannot open these names" : "Windows cannot tell these names apart";
  const named = firstFew(faults, namedPaths, {
    text: ({ path, reason }) => `${JSON.stringify(path)} ${reason}`,
    between: "; ",
    last: ", and",
  });
  return `${text}: ${named}`;
}
