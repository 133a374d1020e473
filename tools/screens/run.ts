/** `npm run screens`: records the screens that pages show, as pictures in docs/pictures and between markers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { screenFiles } from "./pages.js";
import { recordScreens } from "./record.js";

/** This file runs compiled, from build/tools/screens. */
const root = join(import.meta.dirname, "..", "..", "..");
for (const [path, text] of screenFiles(root, await recordScreens(root))) writeFileSync(join(root, path), text);
