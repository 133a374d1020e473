/** A disk signature that was asked for: on the stick, in the plan, in the manifest, and where there is none to make it of. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/steps/check-target.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { sample } from "../support/sample.js";

const signatureAt = 0x1b8;

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-signature-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const target = (): string => join(folder, "usb.img");
function write(...options: string[]) {
  rmSync(target(), { force: true });
  const { exitCode, out, err } = runProgram(["write", iso, target(), "--json", "--image-check", "none", ...options]);
  return { exitCode, err, last: parseEvents<{ code?: string; message?: string; hint?: string }>(out).at(-1)! };
}
function check(...options: string[]) {
  const { exitCode, out } = runProgram(["check", target(), "--json", ...options]);
  return { exitCode, ...parseOutput<CheckResult>("check", out) };
}
function planned(...options: string[]): string {
  const { out } = runProgram(["write", iso, join(folder, "never.img"), "--dry-run", "--json", ...options]);
  return parseOutput<{ plan: { signature: string } }>("write-plan", out).plan.signature;
}

describe.each(sample(["fat32", "ntfs"], 1))("on %s", (fileSystem) => {
  const as = ["-f", fileSystem];

  it("it is all that differs, and the plan, the manifest and check know it", () => {
    expect(write(...as).exitCode).toBe(0);
    const own = readFileSync(target());
    expect(check().origin?.options.signature).toBeNull();
    expect(planned(...as)).toBe(own.readUInt32LE(signatureAt).toString(16).padStart(8, "0"));
    expect(planned(...as, "--signature", "0x1A2b3c4D")).toBe("1a2b3c4d");
    expect(write(...as, "--signature", "1a2b3c4d").exitCode).toBe(0);
    const asked = readFileSync(target());
    expect(asked.readUInt32LE(signatureAt)).toBe(0x1a2b3c4d);
    const differing = own.findIndex((byte, at) => byte !== asked[at] && (at < signatureAt || at >= signatureAt + 4));
    // Behind the partition lies the manifest.
    expect(differing).toBeGreaterThanOrEqual(own.length - 2 ** 20);
    expect(check()).toMatchObject({ exitCode: 0, origin: { options: { signature: "1a2b3c4d" } } });
    expect(check("--iso", iso)).toMatchObject({ exitCode: 0, verdict: "match" });
    const other = check("--iso", iso, "--signature", "5");
    expect(other).toMatchObject({ exitCode: 7, cause: "other-image" });
    expect(other.warnings.at(-1)?.message).toContain("its disk signature is 1a2b3c4d, not 00000005");
  });

  it("check is told it where there is no manifest", () => {
    expect(write(...as, "--signature", "ff", "--no-verify").exitCode).toBe(0);
    expect(check("--iso", iso, "--signature", "ff")).toMatchObject({ exitCode: 0, verdict: "match" });
    expect(check("--iso", iso)).toMatchObject({ exitCode: 7, mismatches: [{ structure: "disk signature" }] });
  });
});

it.each(sample([["0"], ["123456789"], ["g"], [""], ["-1"], ["0x"]], 2))("%j is none: a usage error", (text) => {
  const { exitCode, last } = write(`--signature=${text}`);
  expect([exitCode, last.code]).toEqual([2, "usage"]);
  expect(last.hint).toContain("--signature");
  expect(existsSync(target())).toBe(false);
});

it("of a serial number is refused by name for an image file, and for several targets at once", () => {
  const { exitCode, last, err } = write("--signature", "serial");
  expect([exitCode, last.code]).toEqual([5, "no-serial"]);
  expect(err).toContain("--signature 1a2b3c4d");
  const { exitCode: ofTwo } = write("--signature", "serial", join(folder, "other.img"));
  expect(ofTwo).toBe(2);
  expect(existsSync(target())).toBe(false);
});
