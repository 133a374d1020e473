/** What each command loads before it knows what it has to do: a module costs as much as a small read, and there are many. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const source = join(import.meta.dirname, "..", "..", "src");

/** `import type` and the like leave nothing behind. */
const statically = /^(?:import|export)(?! type\b)(?:[^;"]*? from)? "(\.[^"]+)\.js";$/gms;

/** The modules of src/ that are loaded with `entry`, itself included. */
function loadedWith(entry: string): string[] {
  const found = new Set<string>();
  const queue = [join(source, entry)];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const [, module] of readFileSync(path, "utf8").matchAll(statically))
      queue.push(join(dirname(path), `${module}.ts`));
  }
  return [...found].map((path) => relative(source, path)).toSorted();
}

const writers = /^(?:write|check)\/|^drive\/(?:linux|darwin|win32|image-file|handle-writer|command)\.ts$/;
const readers = /^(?:iso9660-reader|wim|windows)\//;

describe("what is loaded", () => {
  it.each([
    {
      for: "help and mistakes",
      entry: "cli/main.ts",
      not: [
        /^(?!cli\/|(?:errors|version|bytes\/(?:units|amounts|foreign-text)|containers\/formats|windows\/edition-names)\.ts$)/,
      ],
    },
    {
      for: "drives",
      entry: "cli/commands/drives.ts",
      not: [writers, readers, /^volumes\/(?:fat32|ntfs|boot)\/plan|^(?:threads|verification)\//],
    },
    {
      for: "inspect",
      entry: "cli/commands/inspect-image.ts",
      not: [
        writers,
        /^volumes\/(?:fat32|ntfs)\/(?:plan|read)\/|^(?:volumes\/boot|drive|drivers|threads|verification)\//,
      ],
    },
    {
      for: "inspect of a folder",
      entry: "cli/commands/inspect-drivers.ts",
      not: [writers, readers, /^(?:volumes|drive|threads|verification)\//],
    },
    {
      for: "inspect of a machine",
      entry: "cli/commands/inspect-machine.ts",
      not: [writers, /^(?:volumes\/boot|drive|threads|verification)\//],
    },
    { for: "a dry run", entry: "cli/commands/write.ts", not: [writers, /^(?:threads|verification\/wim)\//] },
    {
      for: "a report",
      entry: "cli/commands/report.ts",
      not: [writers, readers, /^(?:volumes|threads|verification|record)\//],
    },
    {
      for: "check",
      entry: "cli/commands/check.ts",
      not: [/^drive\/(?:linux|darwin|win32|image-file)\.ts$/, /^(?:threads|verification)\//],
    },
  ])("for $for leaves out what it does not need", ({ entry, not }) => {
    const loaded = loadedWith(entry);
    expect(loaded.length).toBeGreaterThan(3);
    for (const pattern of not) expect(loaded.filter((path) => pattern.test(path))).toEqual([]);
  });
});
