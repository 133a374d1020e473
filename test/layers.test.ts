/** The rooms' arrows point one way, and the pure rooms know nothing of files, devices or the platform. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { roomRanks as ranks } from "./support/rooms.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "src");

const withoutNode = new Set([
  "errors.ts",
  "bytes",
  "extents",
  "tree",
  "iso9660-reader",
  "wim",
  "registry",
  "drivers",
  "cabinet",
  "containers",
  "windows",
  "machine",
  "volumes",
  "verification",
  "record",
]);
const withoutNeighbours: Record<string, string[]> = { volumes: ["windows", "wim", "iso9660-reader"] };

const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const roomOf = (path: string): string => path.split(/[\\/]/)[0]!;

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const pattern =
    /(?:^|\n)(?:import|export)\s(?:[^;"']*?\sfrom\s)?\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]!);
}

/** The file that a relative import names, by its path below src. */
function targetOf(file: string, specifier: string): string {
  return relative(root, join(root, dirname(file), specifier)).replace(/\.js$/, ".ts");
}

/** The first circle of imports that is reached from `file`, types included; null where there is none. */
function circleFrom(file: string, path: readonly string[] = [], done = new Set<string>()): string | null {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(" -> ");
  if (done.has(file)) return null;
  done.add(file);
  for (const specifier of importsOf(file)) {
    if (!specifier.startsWith(".")) continue;
    const circle = circleFrom(targetOf(file, specifier), [...path, file], done);
    if (circle !== null) return circle;
  }
  return null;
}

describe("rooms", () => {
  it("have no files that import each other in a circle", () => {
    const done = new Set<string>();
    for (const file of files) expect(circleFrom(file, [], done)).toBeNull();
  });

  it.each(files)("%s imports downwards only", (file) => {
    const room = roomOf(file);
    expect(ranks, `unknown room ${room}`).toHaveProperty([room]);
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith(".")) {
        if (withoutNode.has(room)) expect(specifier, `${file} must not import`).not.toMatch(/^node:/);
        continue;
      }
      const target = roomOf(targetOf(file, specifier));
      if (target === room) continue;
      expect(ranks[target], `${file} imports ${specifier}`).toBeLessThan(ranks[room]!);
      expect(withoutNeighbours[room] ?? []).not.toContain(target);
    }
  });

  // What a write without verification leaves is told by its option; `blockdev` is another program.
  // Properties of a style sheet begin with two dashes.
  const speakers = new Set(["manifest/read-manifest.ts", "drive/linux.ts", "record/record-style.ts"]);
  it.each(files)("%s speaks of no option of the command line", (file) => {
    if (roomOf(file) === "cli" || speakers.has(file)) return;
    const text = readFileSync(join(root, file), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    expect(text).not.toMatch(/(?<![\w-])--[a-z]/);
  });

  it.each(files)("%s asks for the platform only where it may", (file) => {
    const text = readFileSync(join(root, file), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const room = roomOf(file);
    if (room !== "drive") expect(text).not.toMatch(/process\.platform/);
    if (room !== "drive" && room !== "cli") expect(text).not.toMatch(/\bprocess\.(?!platform)/);
  });
});
