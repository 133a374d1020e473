/** Files that come from the table of commands and the schemas: what each must hold, by its path in the package. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { completions } from "../src/cli/completion/index.js";
import { fieldReference } from "./fields.js";
import { manualPage } from "./manual.js";
import { withTables } from "./readme.js";

/** The one that comes from the schemas. */
export const fieldsPage = "docs/json.md";

export function generatedFiles(root: string): Map<string, string> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return new Map([
    [fieldsPage, fieldReference(root)],
    ["docs/win7usb.1", manualPage(version)],
    ["README.md", withTables(readFileSync(join(root, "README.md"), "utf8"))],
    ...Object.values(completions).map(({ fileName, text }) => [`completions/${fileName}`, text()] as const),
  ]);
}
