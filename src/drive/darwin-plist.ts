/**
 * Property lists as macOS' commands print them with `-plist` and `-a` (the DTD PropertyList-1.0). The only module of this
 * room that loads the XML parser. Traps: a dictionary is a flat sequence of `<key>` and value elements, and a failed
 * `diskutil` prints a property list as well, with `Error` and `ErrorMessage` in it.
 */
import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import { Win7UsbError } from "../errors.js";

/** `<date>` and `<data>` are left as the text they are written as. */
export type PlistValue = string | number | boolean | readonly PlistValue[] | PlistDictionary;
export type PlistDictionary = ReadonlyMap<string, PlistValue>;

/** Throws `target-unsupported` for what is no property list; `command` is named as its origin. */
export function parsePlist(text: string, command: string): PlistValue {
  try {
    const { root } = parseXml(text);
    const [value, ...more] = root === null || root.name !== "plist" ? [] : elementsOf(root);
    if (value === undefined || more.length > 0) throw new SyntaxError("there is no single value in a <plist>");
    return valueOf(value);
  } catch (error) {
    // The parser reports syntax with an Error, and nesting too deep for its recursion with a RangeError.
    const reason = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    throw new Win7UsbError("target-unsupported", `${command} answered with something unexpected: ${reason}`, {
      hint: "Write an image file instead, and report this.",
      cause: error,
    });
  }
}

/** The same for a dictionary, which is empty where the value is another. */
export function parsePlistDictionary(text: string, command: string): PlistDictionary {
  return asDictionary(parsePlist(text, command));
}

function valueOf(element: XmlElement): PlistValue {
  switch (element.name) {
    case "true":
      return true;
    case "false":
      return false;
    case "integer":
    case "real":
      return numberOf(element);
    case "string":
    case "date":
    case "data":
      return textOf(element);
    case "array":
      return elementsOf(element).map(valueOf);
    case "dict":
      return dictionaryOf(element);
    default:
      throw new SyntaxError(`<${element.name}> is no value`);
  }
}

function dictionaryOf(element: XmlElement): PlistDictionary {
  const children = elementsOf(element);
  const entries = new Map<string, PlistValue>();
  for (let index = 0; index < children.length; index += 2) {
    const key = children[index]!;
    const value = children[index + 1];
    if (key.name !== "key" || value === undefined) throw new SyntaxError("a <dict> is no sequence of keys and values");
    entries.set(textOf(key), valueOf(value));
  }
  return entries;
}

function numberOf(element: XmlElement): number {
  const text = textOf(element).trim();
  // CFPropertyList reads hexadecimal integers too.
  const value = text === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new SyntaxError(`"${text}" is no number`);
  return value;
}

function textOf(element: XmlElement): string {
  let text = "";
  for (const child of element.children) if (child instanceof XmlText) text += child.text;
  return text;
}

function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child instanceof XmlElement);
}

const noEntries: PlistDictionary = new Map();

function asDictionary(value: PlistValue | undefined): PlistDictionary {
  return value instanceof Map ? (value as PlistDictionary) : noEntries;
}

/** The dictionaries of an array; other values in it are left out. */
export function asDictionaries(value: PlistValue | undefined): PlistDictionary[] {
  return Array.isArray(value) ? value.filter((each) => each instanceof Map).map((each) => each as PlistDictionary) : [];
}

/** Null where it is missing, empty, or no text. */
export function textAt(dictionary: PlistDictionary, key: string): string | null {
  const value = dictionary.get(key);
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? null : text;
}

/** Null where it is missing, or no whole number that is exact. */
export function integerAt(dictionary: PlistDictionary, key: string): number | null {
  const value = dictionary.get(key);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

/** Null where it is missing or no boolean. */
export function booleanAt(dictionary: PlistDictionary, key: string): boolean | null {
  const value = dictionary.get(key);
  return typeof value === "boolean" ? value : null;
}
