/** Sticks made of a stick: the same bytes, each of them proved, and nothing of what cannot be. */
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { encodeUnfinishedMark } from "../../src/manifest/unfinished-mark.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";

let folder: string;
const path = (name: string): string => join(folder, name);
/** A clone knows nothing of the image. */
const unchecked = ["--image-check", "none"];
const ntfs = ["--filesystem", "ntfs", "--size", "140M"];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-clone-"));
  await writeDemoImage(folder, { payloadSize: 64 * KiB });
  for (const [name, ...options] of [["stick.img"], ["ntfs.vhdx", ...ntfs]]) {
    const { exitCode, err } = runProgram(["write", "win7.iso", name!, ...unchecked, ...options], folder);
    expect(exitCode, err).toBe(0);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

type Last = { event: string; code?: string; message?: string; hint?: string; data?: { files?: string[] } };

function clone(source: string, ...options: string[]): { exitCode: number | null; last: Last } {
  const { exitCode, out } = runProgram(["clone", source, ...options, "--json"], folder);
  const lines = out.trimEnd().split("\n");
  return { exitCode, last: lines.map((line) => parseOutput<Last>("write-event", line)).at(-1)! };
}

/** A copy of the stick in which `bytes` are at `offset`. */
function changed(name: string, offset: number, bytes: Uint8Array): string {
  writeFileSync(path(name), readFileSync(path("stick.img")));
  writeSync(openSync(path(name), "r+"), bytes, 0, bytes.length, offset);
  return name;
}

describe("a clone", () => {
  it("is the stick, in several targets at once, and is proved as the stick is", () => {
    const { exitCode, last } = clone("stick.img", "one.img", "two.qcow2");
    expect(exitCode).toBe(0);
    expect(last).toMatchObject({ event: "done", targets: [{ verified: true }, { verified: true }] });
    expect(Buffer.compare(readFileSync(path("one.img")), readFileSync(path("stick.img")))).toBe(0);
    expect(runProgram(["check", "two.qcow2", "--iso", "win7.iso"], folder).exitCode).toBe(0);
  });

  it("is made of what another file wraps, of its used parts alone", () => {
    expect(clone("ntfs.vhdx", "ntfs.img").exitCode).toBe(0);
    expect(runProgram(["check", "ntfs.img", "--iso", "win7.iso"], folder).exitCode).toBe(0);
    expect(runProgram(["write", "win7.iso", "same.img", ...unchecked, ...ntfs], folder).exitCode).toBe(0);
    expect(Buffer.compare(readFileSync(path("ntfs.img")), readFileSync(path("same.img")))).toBe(0);
  });

  it("is only told of in a dry run, with its signature", () => {
    const { exitCode, out } = runProgram(["clone", "stick.img", "dry.img", "--dry-run", "--json"], folder);
    const { plan } = parseOutput<{ plan: { totalBytes: number; signature: string } }>("clone-plan", out);
    expect([exitCode, plan.totalBytes, existsSync(path("dry.img"))]).toEqual([0, 64 * MiB, false]);
    const { out: text } = runProgram(["clone", "stick.img", "dry.img", "--dry-run"], folder);
    expect(text.replaceAll(/\s+/g, " ")).toContain(`${plan.signature}, as the stick has`);
  });

  it("takes no other file's place, and not the stick's own", () => {
    const before = readFileSync(path("stick.img"));
    expect(clone("stick.img", "ntfs.vhdx")).toMatchObject({ exitCode: 5, last: { code: "target-exists" } });
    expect(clone("stick.img", "./stick.img", "--force")).toMatchObject({ exitCode: 5, last: { code: "source-drive" } });
    expect(clone("stick.img", "-")).toMatchObject({ exitCode: 2, last: { code: "usage" } });
    expect(Buffer.compare(readFileSync(path("stick.img")), before)).toBe(0);
  });
});

describe("nothing is made of", () => {
  const hints: Readonly<Record<string, (source: string) => string>> = {
    "stick-damaged": (source) =>
      `It was used or is damaged: win7usb check ${source} says which. Write the targets from the image.`,
    "stick-unfinished": () => "Write it again, or take another one.",
    "stick-foreign": () => "Write the targets from the image",
  };
  const refused = (source: string, code: string): Last => {
    const { exitCode, last } = clone(source, "never.img");
    expect([exitCode, last.code]).toEqual([3, code]);
    expect(last.hint).toContain(hints[code]!(source));
    expect(readdirSync(folder).filter((name) => name.includes("never"))).toEqual([]);
    return last;
  };

  it("a stick with a damaged file, which is named", () => {
    const bytes = readFileSync(path("stick.img"));
    const at = bytes.indexOf("MSWIM\0\0\0", MiB) + 100_000;
    const last = refused(changed("damaged.img", at, Buffer.of(bytes[at]! ^ 1)), "stick-damaged");
    expect(last.data!.files).toEqual([expect.stringMatching(/^sources\/.*\.wim$/)]);
  });

  it("a stick whose structures somebody has changed, before anything is asked", () => {
    // FAT32's first table: a system that writes a file there takes a cluster.
    const fat = readFileSync(path("stick.img")).readUInt16LE(MiB + 14) * 512 + MiB;
    const last = refused(changed("used.img", fat + 4000, Buffer.of(1, 2, 3, 4)), "stick-damaged");
    expect(last.message).toContain("the file system's own structures");
    const { out } = runProgram(["clone", "used.img", "never.img", "--dry-run", "--json"], folder);
    expect(parseOutput<{ error: Last }>("error", out).error.code).toBe("stick-damaged");
  });

  it("a stick whose writing was not finished", () => {
    refused(
      changed("unfinished.img", 0, Buffer.concat([encodeUnfinishedMark(), Buffer.alloc(100)])),
      "stick-unfinished",
    );
  });

  it("a stick that ends early, one without a manifest, and what is none", () => {
    changed("short.img", 0, readFileSync(path("stick.img")).subarray(0, 1));
    truncateSync(path("short.img"), 20 * MiB);
    refused("short.img", "stick-foreign");
    expect(runProgram(["write", "win7.iso", "bare.img", ...unchecked, "--no-verify"], folder).exitCode).toBe(0);
    expect(refused("bare.img", "stick-foreign").message).toContain("cannot be proved");
    expect(refused("win7.iso", "stick-foreign").message).toContain("is no stick of win7usb");
  });
});
