/** An install.wim over 4 GiB on FAT32, planned from a sparse ISO: what is said, in words and in JSON, and what is refused. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { GiB, MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import { writeImageOf } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { enlargedWim } from "../support/large-wim.js";
import { directory, hole } from "../support/memory-tree.js";
import { parseOutput } from "../support/json-output.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-split-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A disc whose `sources/<name>` is larger by blobs of these sizes; holes take no room in the file. */
async function discWith(name: string, sizes: readonly number[]): Promise<string> {
  const small = await windows7Tree();
  const sources = find(small, "sources") as FileTree;
  const node = sources.children.find((child) => child.name === name);
  const content = node?.kind === "file" ? await contentSource(node).read(0, node.size) : new Uint8Array();
  const large = content.length === 0 ? hole(name, 5 * GiB) : await enlargedWim(name, content, sizes);
  const others = sources.children.filter((child) => child !== node);
  const children = small.children.filter((child) => child !== sources);
  return writeImageOf(
    directory("", [...children, directory("sources", [...others, large])]),
    join(folder, `${name}.iso`),
  );
}

/** The tables of a WIM that was enlarged do not agree any more. */
const allowed = ["--allow", "damaged"];

async function plan(iso: string, ...options: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(["write", iso, join(folder, "usb.img"), "--dry-run", ...allowed, ...options], terminal);
  return { exitCode, ...terminal.shown };
}

type PlanObject = {
  plan: { filesystem: string; files: number; splits: { path: string; parts: { path: string; size: number }[] }[] };
  warnings: { code: string; message: string }[];
};

describe("an install.wim of 6 GiB", () => {
  let iso: string;
  beforeAll(async () => {
    iso = await discWith("install.wim", [2 * GiB, GiB, 2.5 * GiB, 0.5 * GiB]);
  });

  it("is planned in parts with -f fat32", async () => {
    const { exitCode, out, err } = await plan(iso, "-f", "fat32", "--json");
    expect([exitCode, err]).toEqual([0, ""]);
    const { plan: planned, warnings } = parseOutput<PlanObject>("write-plan", out);
    expect(planned.filesystem).toBe("fat32");
    expect(planned.splits).toHaveLength(1);
    const [split] = planned.splits;
    expect(split).toMatchObject({ path: "sources/install.wim" });
    expect(split!.parts.map(({ path }) => path)).toEqual(["sources/install.swm", "sources/install2.swm"]);
    for (const { size } of split!.parts) expect(size).toBeLessThanOrEqual(3800 * MiB);
    const total = split!.parts.reduce((sum, { size }) => sum + size, 0);
    expect(total).toBeGreaterThan(6 * GiB);
    expect(warnings.filter(({ code }) => code === "wim-split")).toEqual([
      {
        code: "wim-split",
        message:
          "sources/install.wim is split into 2 parts, without its integrity table: FAT32 holds no file over 4 GiB",
      },
    ]);
  });

  it("is said to be split in words", async () => {
    const { exitCode, out } = await plan(iso, "-f", "fat32");
    expect(exitCode).toBe(0);
    expect(out.replaceAll(/\s+/g, " ")).toContain("sources/install.wim is split into 2 parts");
  });

  it.each(["auto", "ntfs"])("stays whole on NTFS with -f %s", async (choice) => {
    const { exitCode, out } = await plan(iso, "-f", choice, "--json");
    expect(exitCode).toBe(0);
    const { plan: planned, warnings } = parseOutput<PlanObject>("write-plan", out);
    expect([planned.filesystem, planned.splits]).toEqual(["ntfs", []]);
    expect(warnings.map(({ code }) => code)).not.toContain("wim-split");
  });
});

describe("with -f fat32", () => {
  it("a file in install.wim that is larger than a part is refused, with its reason", async () => {
    const { exitCode, err } = await plan(await discWith("install.wim", [4.5 * GiB]), "-f", "fat32");
    expect(exitCode).toBe(4);
    expect(err.replaceAll(/\n +/g, " ")).toMatch(
      /cannot be split: the resource at \d+ takes 4\.50 GiB \(4831838258 bytes\)/,
    );
    expect(err).toContain("--filesystem ntfs");
  });

  it.each(["boot.wim", "data.wim"])("a large %s is refused: nothing would look for its parts", async (name) => {
    const { exitCode, err } = await plan(await discWith(name, [2 * GiB, 3 * GiB]), "-f", "fat32");
    expect(exitCode).toBe(4);
    expect(err.replaceAll(/\n +/g, " ")).toMatch(
      new RegExp(`sources/${name} has [\\d.]+ GiB \\(\\d+ bytes\\), FAT32 holds files of less than 4 GiB`),
    );
    expect(err).toContain("--filesystem ntfs");
  });
});
