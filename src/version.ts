/** The package's version, from package.json: one place. */
import { createRequire } from "node:module";

type PackageFacts = { readonly version: string };
export const packageVersion = (createRequire(import.meta.url)("../package.json") as PackageFacts).version;
