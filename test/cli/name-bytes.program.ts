/** Names whose bytes are no UTF-8: refused, and never taken for another one. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openImage, write } from "../../src/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { programCommand } from "../support/program.js";

let base: string;
let iso: string;
let folder: string;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "win7usb-bytes-"));
  iso = await writeDemoImage(base);
});
afterAll(() => rmSync(base, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(base, "each-"));
});

/** Runs a shell's line in `folder`: `E9` in it is that byte, "$@" the program, $ISO the image. */
function shell(line: string) {
  const script = line.replaceAll("E9", `$(printf '\\351')`);
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...programCommand], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ISO: iso },
  });
  return { exitCode: status, out: stdout, err: stderr };
}

/** Their bytes as latin1. */
const names = (): string[] => readdirSync(folder, "latin1").toSorted();

describe.runIf(process.platform === "linux")("a name that is not UTF-8", () => {
  it.each([
    ['"$@" write "$ISO" "cafE9.img"', []],
    ['"$@" write "$ISO" "cafE9/usb.img"', []],
    ['"$@" write "$ISO" usb.img --label "cafE9"', []],
    ['cp "$ISO" "cafE9.iso" && "$@" write "cafE9.iso" usb.img', ["caf\u00e9.iso"]],
    ['cp "$ISO" "cafE9.iso" && "$@" verify "cafE9.iso"', ["caf\u00e9.iso"]],
    ['cp "$ISO" "cafE9.iso" && "$@" inspect "cafE9.iso"', ["caf\u00e9.iso"]],
    ['"$@" check usb.img --iso "cafE9.iso"', []],
    ['"$@" check "cafE9.img"', []],
  ])("%s: one sentence, and nothing is made", (line, left) => {
    const { exitCode, out, err } = shell(line);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err.replaceAll(/\s+/g, " ")).toMatch(
      /^win7usb: caf\\xe9\S* is not UTF-8, and another name would be taken for it/,
    );
    expect(names()).toEqual(left);
  });

  it("is told to scripts", () => {
    const dry = shell('"$@" write "$ISO" "cafE9.img" --json --dry-run');
    expect(parseOutput<{ error: { code: string } }>("write-plan", dry.out).error.code).toBe("usage");
    const { exitCode, out } = shell('"$@" write "$ISO" "cafE9.img" --json');
    expect(exitCode).toBe(2);
    expect(parseEvents(out)).toMatchObject([{ event: "error", code: "usage" }]);
  });

  it("is one beside a name that has U+FFFD itself, which is a name like any other", () => {
    expect(shell('"$@" write "$ISO" "caf\ufffd.img"').exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual(["caf\ufffd.img"]);
    expect(shell('"$@" write "$ISO" "cafE9.img" --force').exitCode).toBe(2);
  });

  it.each([
    ["of the working directory", 'mkdir "cafE9" && cd "cafE9" && "$@" write "$ISO" usb.img', ["caf\u00e9"]],
    [
      "of a folder behind a link",
      'mkdir "cafE9" && ln -s "cafE9" link && "$@" write "$ISO" link/usb.img',
      ["caf\u00e9", "link"],
    ],
    [
      "of a file behind a link",
      'echo x >"cafE9" && ln -s "cafE9" usb.img && "$@" write "$ISO" usb.img --force',
      ["caf\u00e9", "usb.img"],
    ],
  ])("%s is refused for an image file, too", (_what, line, left) => {
    const { exitCode, err } = shell(line);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/not\s+UTF-8/)]);
    expect(names()).toEqual(left);
  });

  it("of the working directory is none of an image's that is only read", () => {
    const line = 'mkdir "cafE9" && cd "cafE9" && cp "$ISO" a.iso && "$@" verify a.iso && "$@" inspect a.iso';
    expect(shell(line).exitCode).toBe(0);
  });
});

it("half a character in a path of the API is refused", async () => {
  await expect(openImage("a\ud800.iso")).rejects.toMatchObject({ code: "usage" });
  await expect(write(iso, { targets: [join(folder, "a\udc00.img")] })).rejects.toMatchObject({ code: "usage" });
  expect(names()).toEqual([]);
});
