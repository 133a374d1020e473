/** The screens and pictures in the pages are what the built program says today: `npm run screens` makes them anew. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { markdownIn, screenFiles } from "../tools/screens/pages.js";
import { recordScreens } from "../tools/screens/record.js";

const root = join(import.meta.dirname, "..");

/** Lines in which the program was typed at a prompt, without those between the markers of a screen. */
function screensByHand(page: string): string[] {
  const recorded = /<!-- screen: [\w-]+ -->\n\n```\n[^]*?\n```\n\n<!-- \/screen -->/g;
  const blocks = readFileSync(join(root, page), "utf8").replaceAll("\r\n", "\n").replaceAll(recorded, "");
  return [...blocks.matchAll(/^\s*\$ win7usb.*$/gm)].map(([line]) => line);
}

describe("screens in the pages", () => {
  it.each(markdownIn(root))("are none by hand in %s", (page) => expect(screensByHand(page)).toEqual([]));

  it("are not stale, and none is left over: npm run screens", async () => {
    const files = screenFiles(root, await recordScreens(root));
    for (const [path, text] of files) {
      expect(readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n"), path).toBe(text);
    }
    const pictures = [...files.keys()].filter((path) => path.startsWith("docs/pictures/"));
    expect(readdirSync(join(root, "docs/pictures")).map((name) => `docs/pictures/${name}`)).toEqual(
      pictures.toSorted(),
    );
  });
});
