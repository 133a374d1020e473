/**
 * Texts that are not the program's own, made harmless: names out of an image, a drive or the command line, and what the
 * system answers. Nothing in them may steer a terminal, look like another name than it is, or fill the screen. Traps: C1
 * controls do what ESC does; DEL is a control that JSON does not escape; characters without width or that turn the
 * direction of writing make one name look like another; JavaScript and log readers take U+2028 as the end of a line.
 */

/**
 * Unicode's controls (Cc: C0, DEL, C1), format characters (Cf: bidirectional controls, U+200B, U+061C, U+FEFF, tags),
 * separators of lines and paragraphs (Zl, Zp) and halves of surrogate pairs (Cs). The joiners are letters' own in Persian
 * and Hindi.
 */
export const steering = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Characters of one foreign text on the screen: the longest path that a disc can have. JSON has all. */
const shownLength = 1023;

/** A foreign text within a line of the program's own: on one line, of bounded length. */
export function printable(text: string): string {
  return abbreviated(text, shownLength).replaceAll(steering, escaped);
}

/** JSON whose strings are the same and steer nothing; on one line, or with `indent` blanks on many. */
export function harmlessJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent);
  return text.replaceAll(steering, (found) => (found === "\n" ? found : escaped(found)));
}

/** `\u001b`, as JSON has it. */
export function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}

/** `text` in at most `limit` characters, its middle left out: what an image names may be thousands of characters long. */
export function abbreviated(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor((limit - 5) / 2);
  return `${text.slice(0, half)} ... ${text.slice(text.length - half)}`;
}
