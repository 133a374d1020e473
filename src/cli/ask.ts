/** Asks for what a command line lacks, at a terminal; nothing is written or unmounted here. */
import { exitCodeOf } from "../errors.js";
import { openImage } from "../steps/open-image.js";
import { assertSuitable } from "../windows/index.js";
import { chooseDrives } from "./choose-drives.js";
import type { WriteInvocation } from "./options.js";
import { reportError } from "./report-error.js";
import { lacksRightsOnly } from "./run.js";
import type { Terminal } from "./terminal.js";

/** The command line with all that it needs, or how it ended. */
export type Asked =
  | { readonly invocation: WriteInvocation }
  | { readonly exitCode: number; readonly lacksRights: boolean };

/** Asks for the drives to write. Never throws: what ends it is told. */
export async function askForTargets(open: WriteInvocation, terminal: Terminal): Promise<Asked> {
  const [imagePath = ""] = open.operands;
  const { allow } = open.options;
  try {
    await requireUsable(imagePath, allow);
    const chosen = await chooseDrives(imagePath, { allow, imagePath }, terminal);
    return { invocation: { ...open, operands: [imagePath, ...chosen.map(({ path }) => path)], chosen } };
  } catch (thrown) {
    reportError(thrown, open, terminal);
    return { exitCode: exitCodeOf(thrown), lacksRights: lacksRightsOnly(thrown) };
  }
}

/** Nobody chooses a drive for an image that is none. */
async function requireUsable(imagePath: string, allow: readonly string[]): Promise<void> {
  const image = await openImage(imagePath);
  try {
    assertSuitable(image.windows, image.image.tree, allow);
  } finally {
    await image.close();
  }
}
