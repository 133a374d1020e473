/** Images that are odd and not damaged, through the built program. */
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { file } from "../../fixtures/windows7/nodes.js";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { writeDemoImage, writeImageOf } from "../support/demo-image.js";
import { writeDisc } from "../support/disc.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { imageOf } from "../support/windows-images.js";

type Verification = { verdict: string; checks: { id: string; status: string; code?: string; hint?: string }[] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-odd-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const target = (): string => join(folder, "usb.img");
function write(iso: string, ...more: string[]) {
  rmSync(target(), { force: true });
  const { exitCode, out, err } = runProgram(["write", iso, target(), "--json", ...more]);
  return { exitCode, err, last: parseEvents(out).at(-1)! };
}

function verify(iso: string, ...more: string[]) {
  const { exitCode, out } = runProgram(["verify", iso, "--json", ...more]);
  const { verdict, checks } = parseOutput<Verification>("verify", out);
  return { exitCode, verdict, whole: checks.find(({ id }) => id === "whole") };
}

describe("an image that lacks nothing but bytes behind its last file", () => {
  let iso: string;
  beforeAll(async () => {
    iso = await writeDemoImage(folder);
    truncateSync(iso, readFileSync(iso).length - 2048);
  });

  it("is refused by name, with what allows it", () => {
    const { exitCode, last } = write(iso);
    expect([exitCode, last["code"]]).toEqual([3, "padding-missing"]);
    expect(last["message"]).toMatch(/missing: 2\.00 KiB \(2048 bytes\)/);
    expect(last["hint"]).toContain("--allow padding-missing");
    const { whole, ...verified } = verify(iso);
    expect(verified).toEqual({ exitCode: 3, verdict: "damaged" });
    expect(whole).toMatchObject({ status: "fail", code: "padding-missing" });
  });

  it("is written and verified where that is allowed, and its stick can be checked", () => {
    expect(verify(iso, "--allow", "padding-missing")).toMatchObject({
      exitCode: 0,
      verdict: "intact",
      whole: { status: "warn", code: "padding-missing" },
    });
    const { exitCode, err } = write(iso, "--allow", "padding-missing");
    expect(exitCode, err).toBe(0);
    expect(runProgram(["check", target(), "--iso", iso]).exitCode).toBe(0);
  });

  it("is another matter where a file is cut", async () => {
    const cut = await writeDemoImage(folder, {}, "cut.iso");
    truncateSync(cut, readFileSync(cut).length - 1_200_000);
    expect(write(cut, "--allow", "padding-missing")).toMatchObject({ exitCode: 3, last: { code: "image-truncated" } });
  });
});

it("a name with a backslash is no damage of the disc, and is refused for the stick by its path", async () => {
  const tree = await windows7Tree();
  const iso = await writeImageOf(
    { ...tree, children: [...tree.children, file("a\\b.txt", "x")] },
    join(folder, "b.iso"),
  );
  expect(verify(iso)).toMatchObject({ exitCode: 0, verdict: "intact" });
  for (const fileSystem of ["fat32", "ntfs"]) {
    const { exitCode, last } = write(iso, "-f", fileSystem);
    expect([exitCode, last["code"]]).toEqual([4, "name-unsupported"]);
    expect(last["message"]).toContain("b.txt");
    expect(existsSync(target())).toBe(false);
  }
});

describe("what Setup offers", () => {
  it("is never a menu of nothing", async () => {
    const blank = { ...imageOf({ editionId: " " }), name: "", displayName: " " };
    const iso = await writeDisc(folder, { "install.wim": await writeWim([blank, blank]), "ei.cfg": null });
    const { out } = runProgram(["verify", iso]);
    expect(out.replaceAll(/\s+/g, " ")).toContain("Setup offers Image 1, Image 2, as a menu.");
  });

  it("is nothing where no edition was found", async () => {
    const iso = await writeDisc(folder, { "install.wim": null, "ei.cfg": null });
    const { out } = runProgram(["verify", iso, "--allow", "no-boot-files"]);
    expect(out.replaceAll(/\s+/g, " ")).toContain("Setup offers nothing: no edition was found.");
  });
});
