/**
 * An INF that is open: its sections with `%strings%` put in. A token that [Strings] does not have stays as it is (`%12%` is
 * the number of a folder), and `%%` is a percent sign.
 */
import { infExpansionLimit, infFieldLimit, infSizeLimit } from "../limits.js";
import type { InfEncoding } from "./decode-inf.js";
import { decodeInf } from "./decode-inf.js";
import { InfFault } from "./inf-fault.js";
import type { RawLine, RawSection } from "./parse-inf.js";
import { parseInf } from "./parse-inf.js";

/** A line with `%strings%` put in. */
export type InfLine = RawLine;

/** Signatures that name a Windows with drivers of this kind; compared without their case. */
const signatures = ["$windows nt$", "$chicago$", "$windows 95$"];

/** English, for INFs that have no strings but those of languages. */
const anyLanguage = /^strings\.[0-9a-f]+$/;

export class Inf {
  readonly encoding: InfEncoding;
  readonly #sections: ReadonlyMap<string, RawSection>;
  readonly #strings: ReadonlyMap<string, string>;
  readonly #expanded = new Map<string, readonly InfLine[]>();
  #budget = infExpansionLimit;

  /** Throws InfFault. */
  constructor(data: Uint8Array) {
    if (data.length > infSizeLimit) throw new InfFault("too-large");
    const { text, encoding } = decodeInf(data);
    this.encoding = encoding;
    this.#sections = parseInf(text);
    this.#strings = stringsOf(this.#sections);
    if (!this.has("Version")) throw new InfFault("no-version");
    const signature = this.value("Version", "Signature") ?? "";
    if (!signatures.includes(signature.toLowerCase())) throw new InfFault("signature");
  }

  has(section: string): boolean {
    return this.#sections.has(section.toLowerCase());
  }

  /** Names as they stand, in the file's order. */
  get sectionNames(): readonly string[] {
    return [...this.#sections.values()].map(({ name }) => name);
  }

  /** Empty where there is no such section. Throws InfFault where `%strings%` make too much of it. */
  lines(section: string): readonly InfLine[] {
    const name = section.toLowerCase();
    const known = this.#expanded.get(name);
    if (known !== undefined) return known;
    const lines = (this.#sections.get(name)?.lines ?? []).map((raw) => this.#expand(raw));
    this.#expanded.set(name, lines);
    return lines;
  }

  /** All lines of a section with this key, without regard to case. */
  entries(section: string, key: string): readonly InfLine[] {
    const wanted = key.toLowerCase();
    return this.lines(section).filter((line) => line.key?.toLowerCase() === wanted);
  }

  /** The first value of the first line with this key; undefined where there is none, or an empty one. */
  value(section: string, key: string): string | undefined {
    const [text = ""] = this.entries(section, key)[0]?.values ?? [];
    return text === "" ? undefined : text;
  }

  #expand({ key, values, line }: RawLine): InfLine {
    const expand = (text: string): string => (text.includes("%") ? this.#withStrings(text, line) : text);
    return { key: key === null ? null : expand(key), values: values.map(expand), line };
  }

  #withStrings(text: string, line: number): string {
    const expanded = text.replaceAll(/%([^%]*)%/g, (whole, name: string) =>
      name === "" ? "%" : (this.#strings.get(name.toLowerCase()) ?? whole),
    );
    if (expanded.length > infFieldLimit) throw new InfFault("field-too-long", line);
    this.#budget -= expanded.length;
    if (this.#budget < 0) throw new InfFault("expansion", line);
    return expanded;
  }
}

/** [Strings] first; what only a language's section has is better than the token. */
function stringsOf(sections: ReadonlyMap<string, RawSection>): Map<string, string> {
  const languages = [...sections.keys()].filter((name) => anyLanguage.test(name));
  const strings = new Map<string, string>();
  for (const name of ["strings", "strings.0409", ...languages]) {
    for (const { key, values } of sections.get(name)?.lines ?? []) {
      const token = key?.toLowerCase();
      if (token !== undefined && !strings.has(token)) strings.set(token, values[0] ?? "");
    }
  }
  return strings;
}

/** A number as INFs have it: decimal, or hexadecimal behind `0x`; undefined where it is none. */
export function infNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? "";
  return /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(trimmed) ? Number(trimmed) : undefined;
}
