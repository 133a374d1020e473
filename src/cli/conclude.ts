/** The end of a command: whether what it had to say has arrived. */
import { exitCodes } from "../errors.js";
import type { Terminal } from "./terminal.js";

const streams = { out: "stdout", err: "stderr" } as const;

/**
 * Resolves to the exit code: `exitCode`, or a fault's where all went well and a result did not arrive. That is said on the
 * other output, which may be of no use either.
 */
export async function conclude(terminal: Terminal, exitCode: number): Promise<number> {
  const losses = await terminal.lost();
  for (const { output, reason } of losses) {
    const text = `win7usb: the result could not be written to ${streams[output]}: ${reason}\n`;
    if (output === "out") terminal.err(text);
    else terminal.out(text);
  }
  return losses.length > 0 && exitCode === 0 ? exitCodes.internal : exitCode;
}
