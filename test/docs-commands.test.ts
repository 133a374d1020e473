/** The command lines in the pages for people are understood by the program as it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "../src/cli/parse.js";

const root = join(import.meta.dirname, "..");
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith(".md"),
);

/** Lines of code (indented, or between fences) that run the program, without what explains them. */
function commandsOf(page: string): string[] {
  let isFenced = false;
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  return lines
    .filter((line) => {
      if (/^\s*```/.test(line)) isFenced = !isFenced;
      return isFenced || line.startsWith("    ");
    })
    .map((line) => /^\s*(?:\$ )?win7usb(?<words>(?: .*)?)$/.exec(line)?.groups?.["words"])
    .filter((words) => words !== undefined)
    .map((words) => words.replace(/ {2,}.*$/, "").replace(/ [|>] .*$/, ""))
    .filter((words) => !/[<…]|\.\.\./.test(words));
}

const wordsOf = (line: string): string[] => line.match(/[^\s"']+/g) ?? [];
const pagesWithCommands = pages.filter((page) => commandsOf(page).some((line) => line !== ""));

describe("commands in the pages", () => {
  it("are found", () => {
    for (const page of ["README.md", "docs/scripts.md", "docs/make-a-stick.md", "docs/usb3-nvme.md"])
      expect(pagesWithCommands).toContain(page);
  });

  it.each(pagesWithCommands)("of %s are understood", async (page) => {
    for (const line of commandsOf(page)) {
      const words = wordsOf(line);
      if (words.length === 0) continue;
      const parsed = await parse(words);
      // What is left out, a terminal asks for.
      const isAsked = parsed.kind === "usage" && parsed.open !== undefined;
      expect(isAsked ? "run" : parsed.kind, `win7usb ${words.join(" ")}`).toBe("run");
    }
  });
});
