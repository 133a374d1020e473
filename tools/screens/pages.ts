/** Screens in pages: a picture of each, and their text between markers. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedScreen } from "./record.js";
import { pictureOf } from "./svg.js";

const marked = /<!-- screen: ([\w-]+) -->\n\n```\n(?:(?!```).*\n)*```\n\n<!-- \/screen -->/g;

/** `page` with its screens as they must be. Throws where it names one that is not recorded. */
export function withScreens(page: string, screens: readonly RecordedScreen[]): string {
  return page.replaceAll(marked, (_, name: string) => {
    const found = screens.find((screen) => screen.name === name);
    if (found === undefined) throw new Error(`a page shows the screen ${name}, which is not recorded`);
    // A function's answer is taken as it is: the screen begins with a dollar sign.
    return `<!-- screen: ${name} -->\n\n\`\`\`\n${found.text.trimEnd()}\n\`\`\`\n\n<!-- /screen -->`;
  });
}

/** The pages that people read, by their paths in `root`. */
export function markdownIn(root: string): string[] {
  const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...pages.map((name) => `docs/${name}`)];
}

/** What the pages and pictures of `root` must hold, by their paths in it. */
export function screenFiles(root: string, screens: readonly RecordedScreen[]): Map<string, string> {
  return new Map([
    ...screens.map(({ name, title, text }) => [`docs/pictures/${name}.svg`, pictureOf(title, text)] as const),
    ...markdownIn(root).map((path) => [path, withScreens(readFileSync(join(root, path), "utf8"), screens)] as const),
  ]);
}
