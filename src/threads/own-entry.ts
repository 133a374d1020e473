/** What threads start from. The executables have a text in its stead (tools/package/program.js), as they have no files. */

/** A module's place, or a script as text where there is no file to start from. */
export type ThreadEntry = URL | string;

export const ownEntry: ThreadEntry = new URL("./entry.js", import.meta.url);
