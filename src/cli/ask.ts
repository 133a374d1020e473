/** Asks for what a command line lacks, at a terminal; nothing is written or unmounted here. */
import { exitCodeOf } from "../errors.js";
import { chooseDrives } from "./choose-drives.js";
import { guided } from "./guided.js";
import type { Invocation, Open, WriteInvocation } from "./options.js";
import { reportError } from "./report-error.js";
import { lacksRightsOnly } from "./run.js";
import type { Terminal } from "./terminal.js";
import { usableImage } from "./usable-image.js";

export { keepWindow } from "./guided.js";

/** The command line with all that it needs, or how it ended. */
export type Asked =
  | { readonly invocation: WriteInvocation }
  | { readonly exitCode: number; readonly lacksRights: boolean };

/** Has no options that a hint could name. */
const none: Invocation = { command: "drives", operands: [], options: {} };

/** Never throws: what ends it is told. */
export async function askFor(open: Open, terminal: Terminal): Promise<Asked> {
  try {
    if (open.kind === "targets") return { invocation: await withTargets(open.invocation, terminal) };
    return { invocation: await guided(open.image, terminal) };
  } catch (thrown) {
    reportError(thrown, open.kind === "targets" ? open.invocation : none, terminal);
    return { exitCode: exitCodeOf(thrown), lacksRights: lacksRightsOnly(thrown) };
  }
}

async function withTargets(invocation: WriteInvocation, terminal: Terminal): Promise<WriteInvocation> {
  const [imagePath = ""] = invocation.operands;
  const { allow } = invocation.options;
  await usableImage(imagePath, allow);
  const chosen = await chooseDrives(imagePath, { allow, imagePath }, terminal);
  return { ...invocation, operands: [imagePath, ...chosen.map(({ path }) => path)], chosen };
}
