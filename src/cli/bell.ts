/** Long work has ended, and whoever waits for it may be looking elsewhere: a bell, which each terminal shows in its own way. */
import { exitCodes } from "../errors.js";
import { formatDuration } from "./format.js";
import type { Invocation } from "./options.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds: for less than that people wait in front of it. */
const longWork = 60_000;

/** BEL (ECMA-48 8.3.3). */
const bellCharacter = "\u0007";

/** On a terminal alone, and not for who has just pressed Ctrl-C. */
export function ring({ command, options }: Invocation, terminal: Terminal, startedAt: number, exitCode: number): void {
  const elapsed = terminal.now() - startedAt;
  const isOff = !("bell" in options) || !options.bell || ("quiet" in options && options.quiet);
  if (isOff || elapsed < longWork || exitCode === exitCodes.interrupted) return;
  terminal.err(`win7usb ${command} has ended after ${formatDuration(elapsed)}.\n`);
  terminal.draw(bellCharacter);
}
