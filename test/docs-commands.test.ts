/** The command lines in the pages for people are understood by the program as it is. What they do: docs-commands.program.ts. */
import { describe, expect, it } from "vitest";
import { parse } from "../src/cli/parse.js";
import { commandsOf, pages } from "./support/page-commands.js";

const pagesWithCommands = pages.filter((page) => commandsOf(page).some(({ line }) => line !== ""));

describe("commands in the pages", () => {
  it("are found", () => {
    for (const page of ["README.md", "docs/scripts.md", "docs/make-a-stick.md", "docs/usb3-nvme.md"])
      expect(pagesWithCommands).toContain(page);
  });

  it.each(pagesWithCommands)("of %s are understood", async (page) => {
    for (const { line, words } of commandsOf(page)) {
      if (words.length === 0) continue;
      const parsed = await parse(words);
      // What is left out, a terminal asks for.
      const isAsked = parsed.kind === "usage" && parsed.open !== undefined;
      expect(isAsked ? "run" : parsed.kind, `win7usb ${line}`).toBe("run");
    }
  });
});
