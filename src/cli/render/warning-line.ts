/** A warning beside whatever is going on, as people see it: one place, so that they look alike. */
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** `message` with its word in front, in lines that fit; where something is drawn, that is to be stopped first. */
export function warningLine(message: string, terminal: Terminal): string {
  return `${wrap(`${styleFor(terminal).warning("warning:")} ${printable(message)}`, terminal.columns, "  ")}\n`;
}
