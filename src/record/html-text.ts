/** Text within a page: what may be foreign steers nothing and is no markup. */
import { printable } from "../bytes/foreign-text.js";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For the content of an element and for the value of an attribute in quotation marks. */
export function htmlText(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => entities[character]!);
}
