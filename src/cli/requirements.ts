/** `--require edition=Professional arch=x86 sp=1 language=en-US genuine`, read before the image is touched. */
import { Failures, Win7UsbError } from "../errors.js";
import type { Requirement } from "../verification/requirements.js";
import { plainEdition } from "../verification/requirements.js";

const languagePattern = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i;
const editionPattern = /^(?:starter|homebasic|homepremium|professional|enterprise|ultimate)k?n?$/;

/** Each kind's words for what it takes, and how its value is read; undefined where the value is none. */
const kinds = {
  edition: {
    expected: "Starter, HomeBasic, HomePremium, Professional, Enterprise or Ultimate, with N, K or KN where it has one",
    parse: (value: string) =>
      editionPattern.test(plainEdition(value)) ? ({ name: "edition", value } as const) : undefined,
  },
  arch: {
    expected: "x86 or x64",
    parse: (value: string) => (value === "x86" || value === "x64" ? ({ name: "arch", value } as const) : undefined),
  },
  sp: {
    expected: "0 or 1",
    parse: (value: string) => (/^[01]$/.test(value) ? ({ name: "sp", value: Number(value) } as const) : undefined),
  },
  language: {
    expected: "a language tag such as en-US",
    parse: (value: string) => (languagePattern.test(value) ? ({ name: "language", value } as const) : undefined),
  },
} satisfies Record<string, { expected: string; parse: (value: string) => Requirement | undefined }>;

/** Throws `usage` for what is no requirement: the first such text, with the others. */
export async function parseRequirements(texts: readonly string[]): Promise<Requirement[]> {
  const failures = new Failures();
  const read = await Promise.all(texts.map((text) => failures.attempt(() => parseRequirement(text))));
  failures.throwAll();
  return read.filter((requirement) => requirement !== undefined);
}

function parseRequirement(text: string): Requirement {
  if (text === "genuine") return { name: "genuine" };
  const [name = "", ...rest] = text.split("=");
  const kind = Object.hasOwn(kinds, name) ? kinds[name as keyof typeof kinds] : undefined;
  if (kind === undefined) {
    throw new Win7UsbError("usage", `--require does not know ${JSON.stringify(text)}`, {
      hint: `Expected ${Object.keys(kinds).join("=..., ")}=... or genuine; put the ISO before --require.`,
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
