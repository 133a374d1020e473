/**
 * INF text into sections, lines and fields, as "General Syntax Rules for INF Files" of Microsoft's documentation has them:
 * sections of the same name are one, `;` begins a comment outside quotes, `\` at the end of a line joins the next one, a
 * field in quotes keeps blanks and separators, and `""` in it is a quote. `%strings%` are put in later (inf.ts). Traps: a
 * line without `=` has no key, and `=` in a later field is text; a comment may follow the `\`; Ctrl-Z ends the file.
 */
import { infFieldLimit, infLineFieldLimit, infLineLimit } from "../limits.js";
import { InfFault } from "./inf-fault.js";

/** A line as it stands, continued ones joined. */
export type RawLine = {
  /** What stands before `=`; null without one. */
  readonly key: string | null;
  readonly values: readonly string[];
  /** Of the file, counted from 1. */
  readonly line: number;
};

export type RawSection = { readonly name: string; readonly lines: RawLine[] };

/** Sections by lower-case name. Throws InfFault. */
export function parseInf(text: string): Map<string, RawSection> {
  return new InfParser(text).parse();
}

/** What ends a field. */
type FieldEnd = "=" | "," | "line";

const isBlank = (character: string): boolean =>
  character === " " || character === "\t" || character === "\r" || character === "\v" || character === "\f";

/** Characters that mean nothing in a field. */
const ordinary = /[^\s;,="\\]+/y;

class InfParser {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lines = 0;

  constructor(text: string) {
    const end = text.indexOf("\u001a");
    this.#text = end === -1 ? text : text.slice(0, end);
  }

  parse(): Map<string, RawSection> {
    const sections = new Map<string, RawSection>();
    let section: RawSection | undefined;
    for (;;) {
      this.#skipBlank();
      const first = this.#character();
      if (first === "") return sections;
      if (first === "\n") this.#nextLine();
      else if (first === ";") this.#skipLine();
      else if (first === "[") section = openSection(sections, this.#sectionName());
      else {
        if (section === undefined) throw new InfFault("no-section", this.#line);
        section.lines.push(this.#entry());
      }
    }
  }

  /** Empty at the end. */
  #character(at = this.#at): string {
    return this.#text[at] ?? "";
  }

  #skipBlank(): void {
    while (isBlank(this.#character())) this.#at += 1;
  }

  #nextLine(): void {
    this.#at += 1;
    this.#line += 1;
  }

  /** To the line's end, which stays. */
  #skipLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #sectionName(): string {
    const end = this.#text.indexOf("]", this.#at);
    const name = this.#text.slice(this.#at + 1, end);
    if (end === -1 || name.includes("\n")) throw new InfFault("section-name", this.#line);
    if (name.length > infFieldLimit) throw new InfFault("field-too-long", this.#line);
    // What stands behind the bracket is nobody's.
    this.#skipLine();
    return name;
  }

  #entry(): RawLine {
    const line = this.#line;
    this.#lines += 1;
    if (this.#lines > infLineLimit) throw new InfFault("too-many-lines", line);
    const values: string[] = [];
    let key: string | null = null;
    for (;;) {
      const isFirst = key === null && values.length === 0;
      const { field, end } = this.#field(isFirst);
      if (end === "=") key = field;
      else values.push(field);
      if (values.length > infLineFieldLimit) throw new InfFault("too-many-fields", line);
      if (end === "line") return { key, values, line };
    }
  }

  #field(mayBeKey: boolean): { readonly field: string; readonly end: FieldEnd } {
    let field = "";
    /** Characters of `field` that no trailing blanks are taken from. */
    let kept = 0;
    const done = (end: FieldEnd) => ({ field: field.slice(0, kept), end });
    this.#skipBlank();
    for (;;) {
      if (field.length > infFieldLimit) throw new InfFault("field-too-long", this.#line);
      const character = this.#character();
      if (character === "" || character === "\n") return done("line");
      if (character === ";") {
        this.#skipLine();
        return done("line");
      }
      const text = this.#ordinary();
      if (text !== "") {
        field += text;
        kept = field.length;
        continue;
      }
      this.#at += 1;
      if (character === "," || (character === "=" && mayBeKey)) return done(character);
      if (character === '"') {
        field += this.#quoted();
        kept = field.length;
      } else if (character === "\\" && this.#joinsNextLine()) {
        field = field.slice(0, kept);
        this.#skipBlank();
      } else {
        field += character;
        if (!isBlank(character)) kept = field.length;
      }
    }
  }

  /** One after the other by themselves they would take most of the time. */
  #ordinary(): string {
    const start = this.#at;
    ordinary.lastIndex = start;
    if (!ordinary.test(this.#text)) return "";
    this.#at = ordinary.lastIndex;
    return this.#text.slice(start, this.#at);
  }

  /** Behind the opening quote: up to the closing one, or to the line's end where there is none. */
  #quoted(): string {
    let text = "";
    for (;;) {
      const character = this.#character();
      if (character === "" || character === "\n") return text.replace(/\r$/, "");
      this.#at += 1;
      if (character !== '"') text += character;
      else if (this.#character() === '"') {
        text += '"';
        this.#at += 1;
      } else return text;
      if (text.length > infFieldLimit) throw new InfFault("field-too-long", this.#line);
    }
  }

  /** Behind a `\`: goes on to the next line where nothing but blanks and a comment follow. */
  #joinsNextLine(): boolean {
    let at = this.#at;
    while (isBlank(this.#character(at))) at += 1;
    const character = this.#character(at);
    if (character !== "\n" && character !== ";" && character !== "") return false;
    this.#at = at;
    if (character === ";") this.#skipLine();
    if (this.#character() === "\n") this.#nextLine();
    return true;
  }
}

function openSection(sections: Map<string, RawSection>, name: string): RawSection {
  const key = name.trim().toLowerCase();
  const section = sections.get(key) ?? { name: name.trim(), lines: [] };
  sections.set(key, section);
  return section;
}
