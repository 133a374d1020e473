/** INFs of every form that the syntax has, drawn by a seed: how lines are written, which sections are there, what is copied. */
import { randomFrom } from "./sample.js";

export type GeneratedInf = {
  readonly text: string;
  /** An install section without its ending. */
  readonly install: string;
  /** Whether one file alone is copied, from sections without an ending: its whole path can be judged. */
  readonly isPlain: boolean;
};

/** Draws from a list, and numbers. */
function drawer(seed: number) {
  const random = randomFrom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  return {
    below,
    one: <T>(items: readonly T[]): T => items[below(items.length)]!,
    chance: (part: number): boolean => random() < part,
  };
}
type Draw = ReturnType<typeof drawer>;

const words = [
  "a",
  "b c",
  "x.sys",
  "0x10",
  "7",
  "PCI\\VEN_1&DEV_2",
  "%name%",
  "%NAME%",
  "%nothing%",
  "50%% of it",
  "",
  "d\\e",
  "%name%%other%",
];
const quotedWords = [
  '"a,b"',
  '"x;y"',
  '" z "',
  '"say ""no"""',
  '""',
  '"%name% "',
  '"e=f"',
  'g"h,i"j',
  '"k\\"',
  '"open',
];
const comments = ["", "", "", " ; c", ";d=e", '\t;"f'];

function value(draw: Draw, isLast: boolean): string {
  if (!draw.chance(0.4)) return draw.one(words);
  // One that is not closed ends with its line.
  return draw.one(isLast ? quotedWords : quotedWords.slice(0, -1));
}

/** A line of any form; continued ones have several line ends. */
function oddLine(draw: Draw, end: string): string {
  const count = 1 + draw.below(4);
  const between = (): string => draw.one([",", ", ", "\t,", `,\\${end}   `, `, \\ ; more${end}\t`, `,\\${end}`]);
  let text = "";
  for (let at = 0; at < count; at += 1) text += (at === 0 ? "" : between()) + value(draw, at === count - 1);
  const key = draw.one(["", "key", "Key 2", '"q;k"', "%name%", "key"]);
  const written = key === "" ? text : `${key}${draw.one(["=", " = ", "=\t"])}${text}`;
  const isComment = written.trim() === "" || /^\s*[[;]/.test(written);
  return isComment
    ? "; nothing"
    : `${draw.one(["", " ", "\t"])}${written}${written.includes('"open') ? "" : draw.one(comments)}`;
}

const cased = (draw: Draw, name: string): string => draw.one([name, name, name.toUpperCase(), name.toLowerCase()]);

export function generatedInf(seed: number): GeneratedInf {
  const draw = drawer(seed);
  const end = draw.one(["\r\n", "\n"]);
  const isPlain = draw.chance(0.4);
  const files = Array.from({ length: isPlain ? 1 : 1 + draw.below(4) }, (_, at) => `file${at}.sys`);
  const sections: [string, string[]][] = [
    ["Version", ['Signature="$Windows NT$"', ...(draw.chance(0.5) ? ["Class=USB"] : [])]],
    ...oddSections(draw, end),
    ...installSections(draw, files),
    ...sourceSections(draw, files, isPlain),
    ["Strings", ["name=value", 'other="o, p"', ...(draw.chance(0.3) ? ["name=second"] : [])]],
  ];
  const text = sections
    .map(([name, lines]) => [`[${cased(draw, name)}]${draw.one(["", " ; c"])}`, ...lines, ""].join(end))
    .join(end);
  return {
    text: draw.chance(0.1) ? `${text}\u001a[Version]${end}more=1` : text,
    install: cased(draw, "Install"),
    isPlain,
  };
}

function oddSections(draw: Draw, end: string): [string, string[]][] {
  return Array.from({ length: 1 + draw.below(3) }, () => [
    draw.one(["Odd", "Other", "A b.c"]),
    Array.from({ length: draw.below(6) }, () => oddLine(draw, end)),
  ]);
}

/** Some of the endings, of this architecture and of others; each copies the same lists. */
function installSections(draw: Draw, files: readonly string[]): [string, string[]][] {
  const direct = files.length > 1 && draw.chance(0.5) ? files.at(-1) : undefined;
  const listed = files.filter((file) => file !== direct);
  const directives = [direct === undefined ? "CopyFiles=List" : `CopyFiles=List,@${direct}`];
  const endings = ["", ".NT", ".NTamd64", ".NTx86", ".NTamd64.6.1"].filter(() => draw.chance(0.5));
  const lines = listed.map((file, at) =>
    draw.one([file, `renamed${at}.sys,${file}`, `"${file}"`, `renamed${at}.sys,${file},,2`, `${file},,,0x10`]),
  );
  return [
    ...endings.map((ending): [string, string[]] => [`Install${ending}`, directives]),
    ["List", lines],
    [
      "DestinationDirs",
      ["DefaultDestDir=12", ...(draw.chance(0.5) ? [draw.one(["List=11", "List=10,made", "List=11,a\\b"])] : [])],
    ],
  ];
}

function sourceSections(draw: Draw, files: readonly string[], isPlain: boolean): [string, string[]][] {
  const endings = isPlain ? [""] : ["", ".amd64", ".x86"];
  const folders = ["top", "\\top", '"top\\"', '"t p"', "t\\u"];
  // Wine forgets a file's own folder where its disk has an empty one.
  const places = [
    "",
    ...folders.map((folder) => `,${draw.one(["", "tag.1"])},,${folder}`),
    ...(isPlain ? [] : [",,,"]),
  ];
  const names = endings
    .filter(() => isPlain || draw.chance(0.7))
    .map((ending): [string, string[]] => [
      `SourceDisksNames${ending}`,
      [1, 2].map((disk) => `${disk}=%name%${draw.one(places)}`),
    ]);
  const listed = endings
    .filter(() => isPlain || draw.chance(0.7))
    .map((ending): [string, string[]] => [
      `SourceDisksFiles${ending}`,
      files
        .filter(() => isPlain || draw.chance(0.8))
        .map(
          (file) =>
            `${cased(draw, file)}=${1 + draw.below(2)}${isPlain ? draw.one(["", ",sub", ",s\\t", ",,17"]) : ""}`,
        ),
    ]);
  return [...names, ...listed];
}
