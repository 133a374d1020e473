/** What the process that has to do with drives starts from. The executables have a word in its stead (tools/package/program.js). */
import { fileURLToPath } from "node:url";

/** Path of the module, or the word that makes an executable be that process. */
export const supervisedPlace: string = fileURLToPath(new URL("./supervised-entry.js", import.meta.url));
