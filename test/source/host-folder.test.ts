/** Folders of this machine: what is listed, and what is refused before anything is read. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import type { HostFolder } from "../../src/source/host-folder.js";
import { isHostFolder, readHostFolder } from "../../src/source/host-folder.js";

const limits = { entries: 12, depth: 4 };
let folder = "";
const made: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-folder-"));
  made.push(folder);
});
afterAll(() => {
  for (const each of made) rmSync(each, { recursive: true, force: true });
});

const write = (path: string, text = ""): void => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const read = (): Promise<HostFolder> => readHostFolder(folder, limits);

async function refusal(work: Promise<unknown>): Promise<Win7UsbError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Win7UsbError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a folder of the host", () => {
  it("is listed by path, whatever the order in which it was made", async () => {
    write("b/two.sys", "22");
    write("b/c/three.inf", "333");
    write("a.inf", "1");
    mkdirSync(join(folder, "empty"));
    const { files, folders } = await read();
    expect(files.map(({ path, size }) => [path, size])).toEqual([
      ["a.inf", 1],
      ["b/c/three.inf", 3],
      ["b/two.sys", 2],
    ]);
    expect(folders).toEqual(["b", "b/c", "empty"]);
    expect(Buffer.from(await files[1]!.source.read(1, 2)).toString()).toBe("33");
  });

  it("holds what its links lead to", async () => {
    write("a/x.sys", "x");
    symlinkSync(join(folder, "a"), join(folder, "b"));
    symlinkSync("x.sys", join(folder, "a", "y.sys"));
    const { files } = await read();
    expect(files.map(({ path }) => path)).toEqual(["a/x.sys", "a/y.sys", "b/x.sys", "b/y.sys"]);
  });

  it.each([
    ["a link that leads nowhere", () => symlinkSync("gone", join(folder, "a")), "input-unreadable", /no such file/],
    [
      "more entries than the limit",
      () => Array.from({ length: 13 }, (_, at) => write(`f${at}`)),
      "input-unsupported",
      /more than 12/,
    ],
    ["folders within folders without end", () => write("a/b/c/d/e/f"), "input-unsupported", /below 4 folders/],
  ])("with %s is refused", async (_name, make, code, message) => {
    make();
    const error = await refusal(read());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message.split(folder)).toHaveLength(2);
  });

  it("in a circle of links is refused", async () => {
    mkdirSync(join(folder, "a"));
    symlinkSync("..", join(folder, "a", "up"));
    expect(await refusal(read())).toMatchObject({
      code: "input-unsupported",
      message: /link to a folder that it is in/,
    });
  });

  it("that is not there, or is a file, is refused", async () => {
    write("x.inf");
    expect((await refusal(readHostFolder(join(folder, "gone"), limits))).code).toBe("input-missing");
    expect((await refusal(readHostFolder(join(folder, "x.inf"), limits))).code).toBe("input-unsupported");
    expect(await Promise.all(["", "x.inf", "gone"].map((name) => isHostFolder(join(folder, name))))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.skipIf(process.platform !== "linux")("with a pipe, or a name that is no text, is refused", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect((await refusal(read())).message).toMatch(/neither a file nor a folder/);
    rmSync(join(folder, "pipe"));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x2e])]), "");
    expect((await refusal(read())).message).toMatch(/no Unicode text/);
  });

  it("whose file is another when it is read is told", async () => {
    write("x.sys", "one");
    const { files } = await read();
    write("x.sys", "two");
    utimesSync(join(folder, "x.sys"), 1, 1);
    expect((await refusal(files[0]!.source.read(0, 3))).code).toBe("input-changed");
  });
});
