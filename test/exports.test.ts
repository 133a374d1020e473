/** A name that a module of src exports means one thing everywhere. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

/** Names that are declared and exported; what is passed on from another module is that module's. */
function exportsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const pattern = /^export (?:declare |abstract |async )*(?:type|interface|class|function\*?|const|let) ([\w$]+)/gm;
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

it("no name is exported by two modules with two meanings", () => {
  const modules = new Map<string, string[]>();
  for (const file of files) {
    // A function's overloads have its name, too.
    for (const name of new Set(exportsOf(file))) modules.set(name, [...(modules.get(name) ?? []), file]);
  }
  expect(modules.size).toBeGreaterThan(1000);
  expect([...modules].filter(([, places]) => places.length > 1)).toEqual([]);
});
