/** The built program, and something that happens while it runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { programCommand, type ProgramRun } from "./program.js";

/**
 * Runs the program, and calls `change` once, as soon as it has said `moment` on either output. Throws where it never said
 * it. Trap: the program goes on meanwhile, so that what follows the moment has to take longer than the change.
 */
export async function meanwhile(argv: readonly string[], moment: string, change: () => void): Promise<ProgramRun> {
  const [node, script] = programCommand;
  const child = spawn(node, [script, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  let isChanged = false;
  const hear = (output: keyof typeof said, part: string): void => {
    said[output] += part;
    if (isChanged || !said[output].includes(moment)) return;
    isChanged = true;
    change();
  };
  child.stdout.setEncoding("utf8").on("data", (part: string) => hear("out", part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => hear("err", part));
  const [exitCode] = (await once(child, "close")) as [number | null];
  if (!isChanged) throw new Error(`it never said ${moment}: ${said.err}`);
  return { exitCode, ...said };
}
