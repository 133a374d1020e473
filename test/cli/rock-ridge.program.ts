/** A disc that was remastered by xorriso as it is by default: its files are on the stick by the names that they had. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { hostTree } from "../support/host-tree.js";
import { digestsOf } from "../support/iso-judging-tree.js";
import { parseOutput } from "../support/json-output.js";
import { judge } from "../support/judges.js";
import { runProgram } from "../support/program.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-remastered-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!judge("xorriso") || !judge("7z"))("a remastered disc", () => {
  it("is verified and written with the names of Rock Ridge, and links are the files that they lead to", async () => {
    const original = join(folder, "original");
    const written = join(folder, "written");
    for (const place of [original, written]) mkdirSync(place);
    const unpack = (file: string, place: string) => execFileSync("7z", ["x", "-y", `-o${place}`, file]);
    unpack(await writeDemoImage(folder), original);
    const remastered = join(folder, "remastered.iso");
    const options = ["-as", "mkisofs", "-quiet", "-V", "GSP1RMCPRFRER_EN_DVD", "-o", remastered];
    const digests = await digestsOf(hostTree(original));
    symlinkSync("../setup.exe", join(original, "sources", "a link to it.exe"));
    execFileSync("xorriso", [...options, original], { stdio: "pipe" });
    const verified = runProgram(["verify", remastered, "--json"]);
    expect(verified.exitCode, verified.out).toBe(0);
    expect(parseOutput("verify", verified.out)).toMatchObject({ verdict: "intact" });
    const image = join(folder, "usb.img");
    expect(runProgram(["write", remastered, image]).exitCode).toBe(0);
    unpack(image, written);
    expect(await digestsOf(hostTree(written))).toEqual({
      ...digests,
      "sources/a link to it.exe": digests["setup.exe"],
    });
  });
});
