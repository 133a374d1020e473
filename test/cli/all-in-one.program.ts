/** Discs with a Setup for each of several architectures: what they are, and the x86 side judged as any disc. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Windows7Options } from "../../fixtures/windows7/tree.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { directory } from "../../fixtures/windows7/nodes.js";
import type { DirectoryNode } from "../../src/tree/index.js";
import { writeImageOf } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { withoutNode } from "../support/tree-edits.js";

type Inspected = {
  windows: { product: string; architecture: string; installImage: { path: string } };
  warnings: { code: string; message: string }[];
};
type Verified = { verdict: string; checks: { id: string; status: string; code?: string; file?: string }[] };
type Planned = { files: { path: string }[]; error?: { code: string; message: string } };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-all-in-one-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Each Setup in a folder of its own; what the disc boots from stays in the root. */
async function disc(sides: Readonly<Record<string, Windows7Options>>): Promise<DirectoryNode> {
  const root = withoutNode(await windows7Tree({ editions: ["Professional"] }), "sources");
  const folders = Object.entries(sides).map(async ([name, options]) => {
    const { children } = await windows7Tree({ editions: ["Professional"], ...options });
    const sources = children.filter((child) => child.name === "sources");
    return directory(name, sources);
  });
  return { ...root, children: [...root.children, ...(await Promise.all(folders))] };
}

const both = { x64: { architecture: "x64" }, x86: {} } as const;
const saved = (tree: DirectoryNode): Promise<string> => writeImageOf(tree, join(folder, "aio.iso"), "WIN7_AIO");

describe("a disc with x86/sources and x64/sources", () => {
  let iso: string;
  beforeAll(async () => {
    iso = await saved(await disc(both));
  });

  it("is the Windows of its x86 side, and says so", () => {
    const { exitCode, out } = runProgram(["inspect", iso, "--json"]);
    const { windows, warnings } = parseOutput<Inspected>("inspect", out);
    expect(exitCode).toBe(0);
    expect(windows).toMatchObject({
      product: "Windows 7",
      architecture: "x86",
      installImage: { path: "x86/sources/install.wim" },
    });
    expect(warnings.map(({ code }) => code)).toEqual(["several-setups"]);
    expect(warnings[0]?.message).toMatch(/x86\/sources and x64\/sources.*of x86\/sources/);
  });

  it("is sound, with the WIMs of both sides looked into", () => {
    const { exitCode, out } = runProgram(["verify", iso, "--deep", "--json"]);
    const { verdict, checks } = parseOutput<Verified>("verify", out);
    expect([exitCode, verdict]).toEqual([0, "intact"]);
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(new Set(checks.filter(({ id }) => id === "wim-blobs").map(({ file }) => file))).toEqual(
      new Set(["x86", "x64"].flatMap((side) => [`${side}/sources/boot.wim`, `${side}/sources/install.wim`])),
    );
    expect(checks.find(({ id }) => id === "setup-image")).toMatchObject({ file: "x86/sources/boot.wim" });
  });

  it("is written", () => {
    const target = join(folder, "usb.img");
    expect(runProgram(["write", iso, target]).exitCode).toBe(0);
    expect(runProgram(["check", target, "--iso", iso]).exitCode).toBe(0);
  });
});

describe("its x86 side", () => {
  it.each<[string, (tree: DirectoryNode) => DirectoryNode, string, RegExp]>([
    [
      "without a boot.wim",
      (tree) => withoutNode(tree, "x86/sources/boot.wim"),
      "no-boot-files",
      /x86\/sources\/boot\.wim/,
    ],
    [
      "without an install.wim",
      (tree) => withoutNode(tree, "x86/sources/install.wim"),
      "no-boot-files",
      /x86\/sources\/install/,
    ],
    ["not there", (tree) => withoutNode(tree, "x86"), "x64", /x64/],
  ])("%s is refused", async (_, change, code, message) => {
    const iso = await saved(change(await disc(both)));
    const { exitCode, out } = runProgram(["write", iso, join(folder, "never.img"), "--dry-run", "--json"]);
    expect(exitCode).toBe(4);
    expect(parseOutput<Planned>("write-plan", out).error).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(runProgram(["verify", iso, "--json"]).exitCode).toBe(4);
  });

  it("without a service pack is refused for it, whatever the other side has", async () => {
    const rtm = { build: 7600, spBuild: 16385, spLevel: 0 };
    const { exitCode, out } = runProgram(["verify", await saved(await disc({ ...both, x86: rtm })), "--json"]);
    expect(exitCode).toBe(4);
    const failed = parseOutput<Verified>("verify", out).checks.filter(({ status }) => status === "fail");
    expect(failed.map(({ code }) => code)).toEqual(["rtm"]);
  });
});
