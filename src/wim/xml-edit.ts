/**
 * Changes values of the XML data in place: everything else stays the same to the byte, with unknown elements, white space and
 * order. The document is parsed for the offsets of its elements and never written anew. TOTALBYTES of the document is the
 * offset of the XML data, and INDEX counts images from 1 (wimlib's xml.c).
 */
import { writeUtf16 } from "../bytes/utf16.js";
import type { XmlElement } from "@rgrove/parse-xml";
import type { WimLocation } from "./resource.js";
import { wimError } from "./resource.js";
import { decodeXmlText, elementAt, elementsOf, parseWimDocument } from "./xml.js";

/** Changes of one image's element; each number is added to what the document says, and only where it says a number. */
export type ImageXmlChange = {
  readonly directoryCount?: number;
  readonly fileCount?: number;
  readonly totalBytes?: number;
  readonly hardLinkBytes?: number;
  /** FILETIME; LASTMODIFICATIONTIME is left alone without it, or where the document has none. */
  readonly lastModificationTime?: bigint;
  /** Texts by the name of an element of the image, such as `DISPLAYNAME`; one that is missing is added at the end. */
  readonly texts?: Readonly<Record<string, string>>;
};

export type XmlChange = {
  /** Added to the document's own TOTALBYTES, which counts the WIM's bytes up to the XML data. */
  readonly totalBytes: number;
  /** The images that stay, by index, ascending; they are numbered anew from 1. */
  readonly images: readonly number[];
  readonly changes: ReadonlyMap<number, ImageXmlChange>;
};

/** `text` replaces characters [start, end). */
type Splice = { readonly start: number; readonly end: number; readonly text: string };

const byteOrderMark = [0xff, 0xfe];

/** The changed XML data. `data` is UTF-16LE, with a byte order mark or without. Throws `wim-damaged`. */
export function changeXml(data: Uint8Array, change: XmlChange, at: WimLocation): Uint8Array {
  const text = decodeXmlText(data, at);
  const root = parseWimDocument(text, at);
  const splices = added(text, elementAt(root, "TOTALBYTES"), change.totalBytes);
  for (const image of elementsOf(root, "IMAGE")) {
    const index = Number(image.attributes["INDEX"]);
    const position = change.images.indexOf(index);
    if (position < 0) {
      splices.push({ start: image.start, end: image.end, text: "" });
      continue;
    }
    if (position + 1 !== index) splices.push(numbered(text, image, position + 1, at));
    const changes = change.changes.get(index);
    if (changes !== undefined) splices.push(...imageSplices(text, image, changes));
  }
  if (splices.length === 0) return data;
  const hasMark = byteOrderMark.every((byte, offset) => data[offset] === byte);
  return encodeText(spliced(text, splices), hasMark ? byteOrderMark : []);
}

function imageSplices(text: string, image: XmlElement, changes: ImageXmlChange): Splice[] {
  const { directoryCount = 0, fileCount = 0, totalBytes = 0, hardLinkBytes = 0 } = changes;
  const splices = [
    ...added(text, elementAt(image, "DIRCOUNT"), directoryCount),
    ...added(text, elementAt(image, "FILECOUNT"), fileCount),
    ...added(text, elementAt(image, "TOTALBYTES"), totalBytes),
    ...added(text, elementAt(image, "HARDLINKBYTES"), hardLinkBytes),
  ];
  const { lastModificationTime: time, texts = {} } = changes;
  if (time !== undefined) {
    const halves = { HIGHPART: time >> 32n, LOWPART: time & 0xffff_ffffn };
    for (const [name, value] of Object.entries(halves)) {
      const element = elementAt(image, `LASTMODIFICATIONTIME/${name}`);
      const digits = value.toString(16).toUpperCase().padStart(8, "0");
      if (element !== undefined) splices.push(replaced(text, element, `0x${digits}`));
    }
  }
  for (const [name, value] of Object.entries(texts)) {
    const element = elementAt(image, name);
    const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    if (element !== undefined) splices.push(replaced(text, element, escaped));
    else splices.push(appended(text, image, `<${name}>${escaped}</${name}>`));
  }
  return splices;
}

/** The element's number with `count` added to it; nothing where there is no element, or no number in it. */
function added(text: string, element: XmlElement | undefined, count: number): Splice[] {
  const number = element?.text.trim();
  if (element === undefined || count === 0 || number === undefined || !/^\d{1,16}$/.test(number)) return [];
  return [replaced(text, element, `${Math.max(Number(number) + count, 0)}`)];
}

/** Replaces the element's content by `content`, which is XML. */
function replaced(text: string, element: XmlElement, content: string): Splice {
  const [first, last] = [element.children[0], element.children.at(-1)];
  if (first === undefined || last === undefined) return appended(text, element, content);
  return { start: first.start, end: last.end, text: content };
}

/** Appends `content`, which is XML, to the element's content. */
function appended(text: string, { name, start, end }: XmlElement, content: string): Splice {
  if (text.slice(start, end).endsWith("/>")) return { start: end - 2, end, text: `>${content}</${name}>` };
  const close = text.lastIndexOf("</", end - 1);
  return { start: close, end: close, text: content };
}

function numbered(text: string, { start, end }: XmlElement, index: number, at: WimLocation): Splice {
  const found = /\sINDEX\s*=\s*["']\s*(\d+)\s*["']/d.exec(text.slice(start, end));
  const place = found?.indices?.[1];
  if (place === undefined) throw wimError("wim-damaged", at, "the XML data has an image whose INDEX is not a number");
  return { start: start + place[0], end: start + place[1], text: `${index}` };
}

function spliced(text: string, splices: readonly Splice[]): string {
  let result = "";
  let position = 0;
  for (const { start, end, text: inserted } of splices.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(position, start) + inserted;
    position = end;
  }
  return result + text.slice(position);
}

function encodeText(text: string, mark: readonly number[]): Uint8Array {
  const data = new Uint8Array(mark.length + text.length * 2);
  data.set(mark);
  writeUtf16(data, mark.length, text);
  return data;
}
