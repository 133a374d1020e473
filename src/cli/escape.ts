/**
 * What the program shows, as the last one that sees it before a terminal or a script does. What makes a foreign text
 * harmless is in bytes/foreign-text.ts, because records need it, too.
 */
import { escaped, harmlessJson, steering } from "../bytes/foreign-text.js";

export { abbreviated, printable } from "../bytes/foreign-text.js";

/** What the program's own text has of what steers: line feeds, tabs (of completions), and the colours of style.ts (ECMA-48 8.3.117). */
// oxlint-disable-next-line no-control-regex
const own = /[\n\t]|\u001b\[(?:[12]|22|3[1-3]|39)m/u;
const steeringOrOwn = new RegExp(`${own.source}|${steering.source}`, "gu");

/** A whole text of the program, as the last one that sees it before the terminal does; foreign texts in it are printable. */
export function withoutSteering(text: string, color: boolean): string {
  return text.replaceAll(steeringOrOwn, (found) => {
    if (found === "\n" || found === "\t") return found;
    return color && found.startsWith("\u001b[") ? found : escaped(found);
  });
}

/** One line of JSON whose strings are the same and steer nothing. */
export function jsonLine(value: unknown): string {
  return `${harmlessJson(value)}\n`;
}
