/** What the pages for people name is there: files, headings, rooms, functions and types. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { roomRanks } from "./support/rooms.js";

const root = join(import.meta.dirname, "..");
const folders = [".github", "bin", "completions", "data", "docs", "fixtures", "schemas", "src", "test", "tools"];
const paths = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
    (path) => `${folder}/${path.replaceAll("\\", "/")}`,
  ),
);
const files = [...paths, "LICENSE", "README.md", "action.yml", "package.json", "vitest.config.ts"];
const textOf = (path: string): string => readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n");
const sources = paths.filter((path) => path.startsWith("src/") && path.endsWith(".ts"));
const pages = files.filter((path) => path.endsWith(".md") && (path.startsWith("docs/") || !path.includes("/")));
const roomPages = pages.filter((path) => path.startsWith("docs/rooms/"));

/** Built, so not there before a build. */
const built = /^(?:dist|build)\//;

/** The files that a name with `*`, `**`, `{a,b}` or `<room>` stands for, wherever the rest of their path begins. */
function matching(name: string): string[] {
  const pattern = name
    .replace(/\/$/, "")
    .replaceAll(/[.+()[\]$^|?]/g, String.raw`\$&`)
    .replaceAll(/\{([^}]*)\}/g, (_, choices: string) => `(?:${choices.replaceAll(",", "|")})`)
    .replaceAll(/<\w+>|\*\*?/g, (wild) => (wild === "**" ? ".*" : "[^/]*"));
  const whole = new RegExp(`^(?:.*/)?${pattern}$`);
  return files.filter((path) => whole.test(path));
}

/** A heading's name in an address, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));

const codeOf = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);

/** What the sources declare, whichever room does. */
const declarations = /\b(?:function\*?|class|type|const) (\w+)|^ {2}(?:readonly |async )?(\w+)\(/gm;
const declaredIn = (among: readonly string[]): Set<string> =>
  new Set(among.flatMap((path) => [...textOf(path).matchAll(declarations)].map(([, name, method]) => name ?? method!)));

describe.each(pages)("%s", (page) => {
  const text = textOf(page);

  it("links to what is there", () => {
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const linked = path === "" ? page : posix.join(dirname(page), path);
      expect(files, target).toContain(linked);
      if (anchor !== undefined) expect(anchorsOf(linked), target).toContain(anchor);
    }
  });

  it("names paths and files that are there", () => {
    const rooted = new RegExp(
      String.raw`(?<![\w./-])(?:${folders.join("|").replace(".", "\\.")})/[\w./*{},<>-]*[\w/*}]`,
      "g",
    );
    const named = [...text.matchAll(rooted)].map(([path]) => path);
    const inCode = codeOf(text).filter((code) => /^[\w./*{},-]+\.(?:ts|s|c|js)$/.test(code) && !built.test(code));
    for (const path of [...named, ...inCode]) expect(matching(path), path).not.toEqual([]);
  });
});

describe("docs/rooms", () => {
  const rooms = Object.keys(roomRanks).filter((room) => !room.endsWith(".ts"));

  it("has a page for every room, and no other", () => {
    const folder = readdirSync(join(root, "src"), { withFileTypes: true });
    expect(
      folder
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(rooms.toSorted());
    expect(roomPages.toSorted()).toEqual(rooms.map((room) => `docs/rooms/${room}.md`).toSorted());
  });

  it.each(rooms)("%s.md names what the room declares", (room) => {
    const text = textOf(`docs/rooms/${room}.md`);
    const names = /^## Main names.*\n((?:.*\n)*?)(?=## )/m.exec(text)?.[1] ?? "";
    const declared = declaredIn(sources.filter((path) => path.startsWith(`src/${room}/`)));
    const heads = names.split(/^- /m).flatMap((item) => codeOf(/^(?:`\w+`(?:, | and )?)+/.exec(item)?.[0] ?? ""));
    expect(heads.length).toBeGreaterThan(1);
    for (const name of heads) expect(declared, name).toContain(name);
  });
});

describe("docs/ARCHITECTURE.md", () => {
  const text = textOf("docs/ARCHITECTURE.md");

  it("lists the rooms in the order of their ranks, each with its page", () => {
    const listed = [...text.matchAll(/^- (?:`src\/([\w.]+)`|\[([\w.-]+)\]\(([\w./-]+)\)): /gm)];
    expect(listed.map(([, file, room]) => file ?? room)).toEqual(Object.keys(roomRanks));
    for (const [, , room, page] of listed) {
      if (room !== undefined) expect(page).toBe(room === "index.ts" ? "API.md" : `rooms/${room}.md`);
    }
  });

  it("has journeys of functions and types that there are", () => {
    const journeys = text.slice(text.indexOf("## Three journeys"), text.indexOf("## The order of a write"));
    const blocks = journeys.split("\n").filter((line) => line.startsWith("    "));
    const names = blocks.flatMap((line) => [...line.matchAll(/\b[A-Za-z]+[a-z][A-Z]\w+/g)].map(([name]) => name));
    const declared = declaredIn(sources);
    expect(names.length).toBeGreaterThan(60);
    for (const name of names) expect(declared, name).toContain(name);
  });

  it("gives a reason for every package", () => {
    type Packages = Readonly<Record<string, string>>;
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(textOf("package.json")) as {
      readonly [kind in "dependencies" | "optionalDependencies" | "devDependencies"]: Packages;
    };
    const used = Object.keys({ ...dependencies, ...optionalDependencies });
    for (const name of used) expect(text).toContain(`\n| ${name} `);
    const types = /^@types\//;
    for (const name of Object.keys(devDependencies)) if (!types.test(name)) expect(text).toContain(`\`${name}\``);
  });
});
