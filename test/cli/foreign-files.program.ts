/** What people give in the place of an ISO: it is called by its name, with the next step, by every command that reads one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

type Failure = { code: string; message: string; hint: string; data: { format: string } };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-foreign-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function saved(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function inspect(path: string) {
  const { exitCode, out, err } = runProgram(["inspect", path, "--json"]);
  return { exitCode, err: err.replaceAll(/\s+/g, " "), ...parseOutput<{ error: Failure }>("inspect", out) };
}

it.each([
  ["zip", "win7.iso", "PK\x03\x04 and what is packed", /ZIP archive.*Unpack it/],
  ["html", "page.iso", "<!DOCTYPE html><title>win7.iso</title>", /web page.*Download the file itself/],
  ["empty", "empty.iso", "", /it is empty.*download or copy it again/],
])("%s given as the ISO, by every command", (format, name, content, words) => {
  const path = saved(name, content);
  const { exitCode, err, error } = inspect(path);
  expect([exitCode, error.code, error.data.format]).toEqual([3, "image-not-iso", format]);
  expect(`${error.message} ${error.hint}`).toMatch(words);
  expect(err).toMatch(words);
  const verified = runProgram(["verify", path, "--json"]);
  expect(verified.exitCode).toBe(3);
  expect(parseOutput("verify", verified.out)).toMatchObject({ error: { data: { format } } });
  const written = runProgram(["write", path, join(folder, "never.img"), "--json"]);
  expect(written.exitCode).toBe(3);
  expect(parseEvents(written.out).at(-1)).toMatchObject({ code: "image-not-iso", data: { format } });
});

describe("a stick of win7usb", () => {
  let iso: string;
  beforeAll(async () => {
    iso = await writeDemoImage(folder);
  });
  const written = (...more: string[]): string => {
    const path = join(folder, "usb.img");
    expect(runProgram(["write", iso, path, "--force", ...more]).exitCode).toBe(0);
    return path;
  };

  it.each(["fat32", "ntfs"])("of %s says what it was made of, and which command is meant", (fileSystem) => {
    const { exitCode, error } = inspect(written("-f", fileSystem));
    expect([exitCode, error.data.format]).toEqual([3, "win7usb-stick"]);
    expect(error.message).toMatch(/a stick that win7usb wrote, made of "\w+" with \d+ bytes/);
    expect(error.hint).toMatch(/Give the ISO.*win7usb check .*usb\.img/);
  });

  it("is known without a manifest, too, and where it is cut", () => {
    const path = written("--no-verify");
    expect(inspect(path).error.message).toMatch(/win7usb wrote$/);
  });

  it("is refused by write and verify alike, before anything is made", () => {
    const path = written();
    const out = join(folder, "never.img");
    const last = parseEvents<Failure>(runProgram(["write", path, out, "--json"]).out).at(-1);
    expect(last).toMatchObject({ code: "image-not-iso", data: { format: "win7usb-stick" } });
    const verified = runProgram(["verify", path, "--json"]);
    expect(verified.exitCode).toBe(3);
    expect(parseOutput("verify", verified.out)).toMatchObject({ error: { data: { format: "win7usb-stick" } } });
  });
});
