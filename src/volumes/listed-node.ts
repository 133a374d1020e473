/** A file or directory of a volume as its reader lists it, for a tree of all of them. */
import type { NodeFacts } from "../tree/index.js";

export type ListedNode = Omit<NodeFacts, "name"> & {
  /** Names joined by `/`; empty for the root. */
  readonly path: string;
  readonly directory: boolean;
};
