/** What completions offer where a value has too many forms to list. */
import { editionNames } from "../../windows/edition-names.js";

/** Of an item of `--require`. */
export const requirementBeginnings: readonly string[] = [
  ...editionNames.map((name) => `edition=${name}`),
  "arch=x86",
  "arch=x64",
  "sp=0",
  "sp=1",
  "language=",
  "sha1=",
  "sha256=",
  "genuine",
];
