/** `npm run generate`: writes what comes from the table of commands. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "./generated.js";

/** This file runs compiled, from build/tools. */
const root = join(import.meta.dirname, "..", "..");
for (const [path, text] of generatedFiles(root)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
