/** Folders of the host as trees: the same everywhere, and refused by name where they cannot be added. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { longestAddedPath, readFolder } from "../../src/steps/read-folder.js";
import { contentSource, find, walk } from "../../src/tree/index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, content = path): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}

const read = () => readFolder(folder, { modified: 5 });

describe("a folder", () => {
  it("is a tree, in the order of the names, all with the time that is given", async () => {
    for (const path of ["b.txt", "B.txt", "a/z", "a/empty.txt", "ä", "_"])
      put(path, path === "a/empty.txt" ? "" : path);
    mkdirSync(join(folder, "c"));
    const { folder: tree } = await read();
    expect([...walk(tree)].map(({ path }) => path)).toEqual([
      "B.txt",
      "_",
      "a",
      "a/empty.txt",
      "a/z",
      "b.txt",
      "c",
      "ä",
    ]);
    for (const { node } of walk(tree)) expect(node).toMatchObject({ times: { modified: 5 }, attributes: {} });
    const node = find(tree, "a/z");
    expect(node?.kind === "file" && Buffer.from(await contentSource(node).read(0, node.size)).toString()).toBe("a/z");
  });

  it("has the SHA-256 of what sha256sum prints of its files", async () => {
    for (const path of ["b", "a/b", "a-b", "a/ä", "ü"]) put(path, `content of ${path}`);
    const list = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
    const [judged] = execFileSync("sh", ["-c", list], { cwd: folder, encoding: "utf8" }).split(" ");
    expect(await (await read()).sha256()).toBe(judged);
  });

  it("has another SHA-256 with an empty folder, another name or another byte, and the same with other times", async () => {
    put("a");
    const before = await (await read()).sha256();
    utimesSync(join(folder, "a"), 1, 1);
    expect(await (await read()).sha256()).toBe(before);
    mkdirSync(join(folder, "empty"));
    const withEmpty = await (await read()).sha256();
    put("a", "b");
    expect(new Set([before, withEmpty, await (await read()).sha256()]).size).toBe(3);
  });

  it("may have links", async () => {
    put("real/file");
    symlinkSync("real", join(folder, "link"));
    symlinkSync(join(folder, "real/file"), join(folder, "absolute"));
    const { folder: tree } = await read();
    const files = [...walk(tree)].filter(({ node }) => node.kind === "file").map(({ path }) => path);
    expect(files).toEqual(["absolute", "link/file", "real/file"]);
  });

  it("may be a link itself", async () => {
    put("real/file");
    symlinkSync("real", join(folder, "link"));
    const { folder: tree } = await readFolder(join(folder, "link"), {});
    expect(find(tree, "file")?.kind).toBe("file");
  });
});

describe("what cannot be added", () => {
  it.each<[string, string, string]>([
    ["to a folder that it lies in", "..", "input-unsupported"],
    ["to itself", "link", "input-unreadable"],
    ["to nothing", "none", "input-unreadable"],
  ])("is a link %s", async (_name, to, code) => {
    put("below/file");
    symlinkSync(to, join(folder, "below/link"));
    const message = expect.stringContaining(join(folder, "below/link")) as string;
    await expect(read()).rejects.toMatchObject({ code, message });
  });

  it("is a circle of two links", async () => {
    put("a/file");
    put("b/file");
    symlinkSync("../b", join(folder, "a/b"));
    symlinkSync("../a", join(folder, "b/a"));
    await expect(read()).rejects.toMatchObject({ code: "input-unsupported" });
  });

  it("is a pipe, which nobody waits for", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await expect(read()).rejects.toMatchObject({ code: "input-unsupported" });
  });

  it("is a path that Windows does not open", async () => {
    const part = "x".repeat(50);
    const longest = `${part}/${part}/${part}/${part}/${part}y`;
    expect(longest).toHaveLength(longestAddedPath - 1);
    put(`${longest}y`);
    expect(find((await read()).folder, `${longest}y`)?.kind).toBe("file");
    put(`${longest}yy`);
    await expect(read()).rejects.toMatchObject({ code: "input-unsupported", data: { file: `${longest}yy` } });
  });

  it("is what is not there, or no folder", async () => {
    const file = put("file");
    await expect(readFolder(join(folder, "none"), {})).rejects.toMatchObject({ code: "input-missing", exitCode: 3 });
    await expect(readFolder(file, {})).rejects.toMatchObject({ code: "input-unsupported" });
  });
});

describe("a file that changes", () => {
  it.each<[string, (path: string) => void]>([
    ["grows", (path) => appendFileSync(path, "more")],
    ["has other bytes", (path) => writeFileSync(path, "other")],
    ["goes", (path) => rmSync(path)],
  ])("is told where it %s, whatever is done with it", async (_name, change) => {
    const path = put("file", "bytes");
    const { folder: tree, sha256, assertUnchanged } = await read();
    const node = find(tree, "file");
    if (node?.kind !== "file") throw new Error("there is no file");
    await assertUnchanged();
    change(path);
    const code = expect.stringMatching(/^input-(?:changed|unreadable)$/) as string;
    await expect(assertUnchanged()).rejects.toMatchObject({ code });
    await expect(sha256()).rejects.toMatchObject({ code });
    await expect(contentSource(node).read(0, 5)).rejects.toMatchObject({ code });
  });
});
