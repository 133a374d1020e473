/** A warning beside whatever is going on, as people see it: one place, so that they look alike. */
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import { styleFor, type Style } from "../style.js";
import type { Terminal } from "../terminal.js";

/** `message` with its word in front, in lines that fit; where something is drawn, that is to be stopped first. */
export function warningLine(message: string, terminal: Terminal): string {
  return warningText(message, styleFor(terminal), terminal.columns);
}

/** The same where a text is made, and not yet shown. */
export function warningText(message: string, style: Style, columns: number): string {
  return `${wrap(`${style.warning("warning:")} ${printable(message)}`, columns, "  ")}\n`;
}
