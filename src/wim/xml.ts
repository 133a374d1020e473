/**
 * The XML data (WIM specification, `rhXmlData`; names of elements as in wimlib's xml.c): one UTF-16LE document with a byte
 * order mark that describes every image. Only it says which Windows an image contains. Its values come from whoever captured
 * the image; a value that is missing or no number is null and never guessed. Only this module loads the XML parser, and it is
 * itself loaded on demand.
 */
import { millisecondsOf } from "../bytes/file-time.js";
import type { XmlElement as ParsedElement } from "@rgrove/parse-xml";
import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import { MiB } from "../bytes/units.js";
import { Win7UsbError } from "../errors.js";
import type { WimArchitecture, WimImage } from "./image.js";
import type { WimLocation } from "./resource.js";
import { wimError, wimLimit } from "./resource.js";
import { shortened } from "./shortened.js";

/** Bytes of XML: about 3 KiB an image on Windows media, so this is room for hundreds of images. */
export const xmlDataLimit = 2 * MiB;

/** PROCESSOR_ARCHITECTURE_* of winnt.h, which `ARCH` holds. */
const architectures: ReadonlyMap<string, WimArchitecture> = new Map([
  ["0", "x86"],
  ["5", "arm"],
  ["6", "ia64"],
  ["9", "x64"],
  ["12", "arm64"],
]);

/** Every image of the document by ascending index. `imageCount` is the header's; throws `wim-damaged` where they differ. */
export function parseImages(data: Uint8Array, imageCount: number, at: WimLocation): WimImage[] {
  const root = parseWimDocument(decodeXmlText(data, at), at);
  const images = elementsOf(root, "IMAGE").map((element) => imageOf(element, at));
  images.sort((a, b) => a.index - b.index);
  const wrong = images.find((image, position) => image.index !== position + 1);
  if (wrong !== undefined || images.length !== imageCount) {
    const seen = images.map((image) => image.index).join(", ");
    throw wimError(
      "wim-damaged",
      at,
      `the XML data describes the images ${shortened(seen) || "(none)"}, expected 1 to ${imageCount}`,
    );
  }
  return images;
}

/** The XML data's text without its byte order mark; throws `wim-damaged`. */
export function decodeXmlText(data: Uint8Array, at: WimLocation): string {
  try {
    return new TextDecoder("utf-16le", { fatal: true }).decode(data);
  } catch (error) {
    throw wimError("wim-damaged", at, `the XML data is not UTF-16LE text (${String(error)})`);
  }
}

/** The root element, every node with its place in `text`. */
export function parseWimDocument(text: string, at: WimLocation): ParsedElement {
  let problem: string;
  try {
    const { root } = parseXml(text, { includeOffsets: true });
    if (root?.name === "WIM") return root;
    if (root !== null) {
      throw wimError("wim-damaged", at, `the XML data's root is <${shortened(root.name)}>, expected <WIM>`);
    }
    problem = "there is no element";
  } catch (error) {
    if (error instanceof Win7UsbError) throw error;
    // The parser reports syntax with an Error, and nesting too deep for its recursion with a RangeError.
    if (error instanceof RangeError) throw wimLimit(at, "the XML data is nested too deeply to be parsed");
    problem = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  }
  throw wimError("wim-damaged", at, `the XML data cannot be parsed: ${shortened(problem)}`);
}

export function elementsOf(parent: ParsedElement | undefined, name: string): ParsedElement[] {
  const elements: ParsedElement[] = [];
  for (const child of parent?.children ?? []) {
    if (child instanceof XmlElement && child.name === name) elements.push(child);
  }
  return elements;
}

/** The first element at `path` below `parent`. */
export function elementAt(parent: ParsedElement, path: string): ParsedElement | undefined {
  let element: ParsedElement | undefined = parent;
  for (const name of path.split("/")) element = elementsOf(element, name)[0];
  return element;
}

/** Text of the element's own text nodes: `.text` would collect whole subtrees, again at every level. */
function ownText(element: ParsedElement | undefined): string | null {
  if (element === undefined) return null;
  let text = "";
  for (const child of element.children) if (child instanceof XmlText) text += child.text;
  return text.trim();
}

function textAt(parent: ParsedElement, path: string): string | null {
  const text = ownText(elementAt(parent, path));
  return text === "" ? null : text;
}

function numberAt(parent: ParsedElement, path: string): number | null {
  const text = textAt(parent, path);
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** A FILETIME ([MS-DTYP] 2.3.3) in two hexadecimal halves, as milliseconds since 1970. */
function timeAt(parent: ParsedElement, path: string): number | null {
  const half = (name: string): number | null => {
    const text = textAt(parent, `${path}/${name}`);
    return text !== null && /^0x[\da-f]{1,8}$/i.test(text) ? Number(text) : null;
  };
  const high = half("HIGHPART");
  const low = half("LOWPART");
  if (high === null || low === null) return null;
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  return millisecondsOf(ticks);
}

function imageOf(element: ParsedElement, at: WimLocation): WimImage {
  const index = element.attributes["INDEX"] ?? "";
  if (!/^\d{1,6}$/.test(index)) {
    throw wimError(
      "wim-damaged",
      at,
      `the XML data has an image with index ${JSON.stringify(shortened(index))}, expected a number`,
    );
  }
  const architecture = textAt(element, "WINDOWS/ARCH");
  const languages = elementAt(element, "WINDOWS/LANGUAGES");
  return {
    index: Number(index),
    name: textAt(element, "NAME"),
    description: textAt(element, "DESCRIPTION"),
    displayName: textAt(element, "DISPLAYNAME"),
    displayDescription: textAt(element, "DISPLAYDESCRIPTION"),
    flags: textAt(element, "FLAGS"),
    hasWindows: elementAt(element, "WINDOWS") !== undefined,
    architecture: architecture === null ? null : (architectures.get(architecture) ?? "unknown"),
    editionId: textAt(element, "WINDOWS/EDITIONID"),
    productName: textAt(element, "WINDOWS/PRODUCTNAME"),
    productType: textAt(element, "WINDOWS/PRODUCTTYPE"),
    productSuite: textAt(element, "WINDOWS/PRODUCTSUITE"),
    installationType: textAt(element, "WINDOWS/INSTALLATIONTYPE"),
    hal: textAt(element, "WINDOWS/HAL"),
    systemRoot: textAt(element, "WINDOWS/SYSTEMROOT"),
    major: numberAt(element, "WINDOWS/VERSION/MAJOR"),
    minor: numberAt(element, "WINDOWS/VERSION/MINOR"),
    build: numberAt(element, "WINDOWS/VERSION/BUILD"),
    spBuild: numberAt(element, "WINDOWS/VERSION/SPBUILD"),
    spLevel: numberAt(element, "WINDOWS/VERSION/SPLEVEL"),
    branch: textAt(element, "WINDOWS/VERSION/BRANCH"),
    languages: elementsOf(languages, "LANGUAGE")
      .map((language) => ownText(language) ?? "")
      .filter((language) => language !== ""),
    defaultLanguage: textAt(element, "WINDOWS/LANGUAGES/DEFAULT"),
    directoryCount: numberAt(element, "DIRCOUNT"),
    fileCount: numberAt(element, "FILECOUNT"),
    totalBytes: numberAt(element, "TOTALBYTES"),
    hardLinkBytes: numberAt(element, "HARDLINKBYTES"),
    creationTime: timeAt(element, "CREATIONTIME"),
    lastModificationTime: timeAt(element, "LASTMODIFICATIONTIME"),
  };
}
