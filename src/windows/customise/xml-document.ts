/**
 * XML that people or updates bring, as elements: XML 1.0 by a strict parser, without what nobody needs in it: a document
 * type, and with it entities of its own. Messages never quote values: a product key or a password may be one.
 */
import type { XmlElement } from "@rgrove/parse-xml";
import { parseXml, XmlDeclaration, XmlDocumentType, XmlElement as Element, XmlText } from "@rgrove/parse-xml";
import { KiB } from "../../bytes/units.js";

/** An element with what it stands in. */
export type DocumentElement = {
  /** Without a prefix: what Windows does must not hang on how its namespace is called. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, without blanks at its ends. */
  readonly text: string;
  readonly children: readonly DocumentElement[];
  readonly parent: DocumentElement | null;
  /** Counted from 1. */
  readonly line: number;
};

/** The root, or why there is none: words that follow a name. `what` it is to be, and no larger than `limit` bytes. */
export function parseDocument(bytes: Uint8Array, limit: number, what: string): DocumentElement | string {
  if (bytes.length > limit) return `is larger than ${limit / KiB} KiB, which no ${what} needs`;
  const decoded = decode(bytes);
  if (decoded === null) return "is neither UTF-8 nor UTF-16 text with a byte order mark";
  const { text, encoding } = decoded;
  let document;
  try {
    const options = { includeOffsets: true, preserveDocumentType: true, preserveXmlDeclaration: true };
    document = parseXml(text, options);
  } catch (error) {
    // Nesting too deep for the parser's recursion is a RangeError.
    if (error instanceof RangeError) return "is nested too deep";
    return `is no well-formed XML: ${withoutValues(error)}`;
  }
  if (document.children.some((node) => node instanceof XmlDocumentType)) {
    return `has a document type (<!DOCTYPE>), which no ${what} needs: it may define entities`;
  }
  const declared = document.children.find((node) => node instanceof XmlDeclaration)?.encoding?.toLowerCase();
  if (declared !== undefined && !declared.startsWith(encoding) && !(declared === "us-ascii" && isAscii(text))) {
    return `says that it is ${declared}, and is ${encoding}`;
  }
  return elementOf(document.root!, text);
}

type Decoded = { readonly text: string; readonly encoding: "utf-8" | "utf-16" };

function decode(bytes: Uint8Array): Decoded | null {
  const [first, second] = bytes;
  const mark = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
  try {
    const text = new TextDecoder(mark ?? "utf-8", { fatal: true }).decode(bytes);
    return { text, encoding: mark === null ? "utf-8" : "utf-16" };
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

/** The parser's sentence and place, without the lines of the file that it puts below, and names that it quotes. */
function withoutValues(error: unknown): string {
  const [sentence = ""] = (error instanceof Error ? error.message : "").split("\n");
  const place = /\(line \d+, column \d+\)/.exec(sentence)?.[0] ?? "";
  const what = sentence.startsWith("Named entity isn't defined")
    ? "an entity that XML does not define"
    : sentence.replace(/(?: for element |: ).*$/, "").replace(/ ?\(line \d+, column \d+\)/, "");
  return `${what.charAt(0).toLowerCase()}${what.slice(1)} ${place}`.trim();
}

/** Without recursion: how deep it is nested is the file's to say. */
function elementOf(root: XmlElement, text: string): DocumentElement {
  type Open = DocumentElement & { readonly children: DocumentElement[] };
  const lineOf = lineFinder(text);
  const make = (element: XmlElement, parent: DocumentElement | null): Open => ({
    name: element.name.slice(element.name.indexOf(":") + 1),
    attributes: element.attributes,
    text: ownText(element),
    children: [],
    parent,
    line: lineOf(element.start),
  });
  const top = make(root, null);
  const queue: [XmlElement, Open][] = [[root, top]];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [element, made] = next;
    for (const child of element.children) {
      if (!(child instanceof Element)) continue;
      const below = make(child, made);
      made.children.push(below);
      queue.push([child, below]);
    }
  }
  return top;
}

function ownText({ children }: XmlElement): string {
  let text = "";
  for (const child of children) if (child instanceof XmlText) text += child.text;
  return text.trim();
}

/** Line of a place, by where the lines begin. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** Every element, parents before children. */
export function* elementsIn(root: DocumentElement): Generator<DocumentElement> {
  const queue = [root];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    yield next;
    // One by one: the arguments of a call have to fit on the stack.
    for (const child of next.children.toReversed()) queue.push(child);
  }
}

export function childNamed({ children }: DocumentElement, name: string): DocumentElement | undefined {
  return children.find((child) => child.name === name);
}
