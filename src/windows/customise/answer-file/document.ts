/** An answer file's bytes as elements. */
import { MiB } from "../../../bytes/units.js";
import type { DocumentElement } from "../xml-document.js";
import { parseDocument } from "../xml-document.js";

export { childNamed, elementsIn } from "../xml-document.js";

/** Windows System Image Manager writes some ten KiB; scripts within make it a hundred. */
export const answerFileLimit = MiB;

export type AnswerElement = DocumentElement;

/** The root, or why there is none: words that follow a name. */
export function parseAnswerFile(bytes: Uint8Array): AnswerElement | string {
  return parseDocument(bytes, answerFileLimit, "answer file");
}
