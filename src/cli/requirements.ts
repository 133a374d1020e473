/** `--require edition=Professional arch=x86 sp=1 language=en-US genuine`, read before the image is touched. */
import { Failures, Win7UsbError } from "../errors.js";
import type { Requirement } from "../verification/requirements.js";
import { hashDigits } from "../verification/requirements.js";
import { editionOf } from "../windows/edition-names.js";

const languagePattern = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*$/i;

const architectures = {
  x86: /^(?:x86|i[3-6]86|ia-?32|x?32(?:-?bit)?)$/i,
  x64: /^(?:x64|amd64|x86[-_]64|64(?:-?bit)?)$/i,
};

function architectureOf(typed: string): "x86" | "x64" | undefined {
  if (architectures.x86.test(typed)) return "x86";
  return architectures.x64.test(typed) ? "x64" : undefined;
}

/** Of the whole file. */
function hashKind<Name extends keyof typeof hashDigits>(name: Name) {
  const digits = hashDigits[name];
  return {
    expected: `${digits} hexadecimal digits`,
    parse: (typed: string) => {
      const value = typed.trim().toLowerCase();
      return value.length === digits && /^[0-9a-f]+$/.test(value) ? { name, value } : undefined;
    },
  };
}

/** Each kind's words for what it takes, and how its value is read; undefined where the value is none. */
const kinds = {
  edition: {
    expected: "Starter, HomeBasic, HomePremium, Professional, Enterprise or Ultimate, with N, K or KN where it has one",
    parse: (typed: string) => {
      const value = editionOf(typed);
      return value === undefined ? undefined : ({ name: "edition", value } as const);
    },
  },
  arch: {
    expected: "x86 or x64",
    parse: (typed: string) => {
      const value = architectureOf(typed);
      return value === undefined ? undefined : ({ name: "arch", value } as const);
    },
  },
  sp: {
    expected: "0 or 1",
    parse: (value: string) => {
      const level = /^(?:(?:sp|service[ -]?pack)[ -]?)?([01])$/i.exec(value)?.[1];
      return level === undefined ? undefined : ({ name: "sp", value: Number(level) } as const);
    },
  },
  language: {
    expected: "a language tag such as en-US",
    parse: (value: string) =>
      languagePattern.test(value) ? ({ name: "language", value: value.replaceAll("_", "-") } as const) : undefined,
  },
  sha1: hashKind("sha1"),
  sha256: hashKind("sha256"),
} satisfies Record<string, { expected: string; parse: (value: string) => Requirement | undefined }>;

/** Other words for the kinds. */
const otherNames: Readonly<Record<string, keyof typeof kinds>> = { lang: "language", architecture: "arch" };

function kindNamed(typed: string): (typeof kinds)[keyof typeof kinds] | undefined {
  const word = typed.toLowerCase();
  const name = Object.hasOwn(otherNames, word) ? otherNames[word]! : word;
  return Object.hasOwn(kinds, name) ? kinds[name as keyof typeof kinds] : undefined;
}

/** Throws `usage` for what is no requirement: the first such text, with the others. */
export async function parseRequirements(texts: readonly string[]): Promise<Requirement[]> {
  const failures = new Failures();
  const read = await Promise.all(texts.map((text) => failures.attempt(() => parseRequirement(text))));
  failures.throwAll();
  return read.filter((requirement) => requirement !== undefined);
}

function parseRequirement(text: string): Requirement {
  if (text.toLowerCase() === "genuine") return { name: "genuine" };
  const [name = "", ...rest] = text.split("=");
  const kind = kindNamed(name);
  if (kind === undefined) {
    throw new Win7UsbError("usage", `--require does not know ${JSON.stringify(text)}`, {
      hint: `Expected ${Object.keys(kinds).join("=..., ")}=... or genuine; commas stand between several.`,
      data: { requirement: text },
    });
  }
  const requirement = kind.parse(rest.join("="));
  if (requirement !== undefined) return requirement;
  throw new Win7UsbError(
    "usage",
    `--require ${JSON.stringify(text)} has no value that can be, expected ${kind.expected}`,
    {
      hint: `Give it as ${name}=<value>.`,
      data: { requirement: text },
    },
  );
}
