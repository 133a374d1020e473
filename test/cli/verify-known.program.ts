/** Images that claim to be published ones, with a table of our own: whole, padded, cut short and altered. */
import { exactSize } from "../../src/bytes/amounts.js";
import { imageRuns } from "../support/image-runs.js";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { verifyCommand } from "../../src/cli/commands/verify.js";
import type { VerificationReport } from "../../src/cli/render/verification.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { walk } from "../../src/tree/index.js";
import type { KnownImages } from "../../src/windows/known-images/index.js";
import { knownImagesOf } from "../../src/windows/known-images/index.js";
import { knownImageRow } from "../support/known-images.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { sample } from "../support/sample.js";
import { parseOutput } from "../support/json-output.js";

let folder: string;
let bytes: Buffer;
let table: KnownImages;
/** Every file's last byte in the image, and the bytes that it has, the last file of the image first. */
let ends: { path: string; end: number; size: number }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-known-"));
  bytes = readFileSync(await writeDemoImage(folder));
  const published = knownImageRow({
    fileName: "published.iso",
    volumeLabel: "GSP1RMCPRFRER_EN_DVD",
    size: bytes.length,
    sha1: createHash("sha1").update(bytes).digest("hex"),
  });
  table = knownImagesOf([published]);
  ends = [...walk((await readImage(memorySource(bytes))).tree)]
    .flatMap(({ path, node }) => {
      const last = node.kind === "file" ? imageRuns(node).at(-1) : undefined;
      return last === undefined ? [] : [{ path, end: last.offset + last.length, size: last.length }];
    })
    .toSorted((a, b) => b.end - a.end);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function run(content: Uint8Array, options: { json?: true; verbose?: true; deep?: true; allow?: string[] }) {
  const path = join(folder, "image.iso");
  writeFileSync(path, content);
  const terminal = fakeTerminal();
  const all = { require: [], allow: [], record: [], bell: false, ...options };
  const exitCode = await verifyCommand({ command: "verify", operands: [path], options: all }, terminal, {
    knownImages: table,
  });
  return { exitCode, out: terminal.shown.out };
}

async function verify(content: Uint8Array, options: { deep?: true; allow?: string[] } = {}) {
  const { exitCode, out } = await run(content, { json: true, ...options });
  return { exitCode, report: parseOutput<VerificationReport>("verify", out) };
}

const text = async (content: Uint8Array, verbose?: true): Promise<string> =>
  (await run(content, verbose === undefined ? {} : { verbose })).out.replaceAll(/\s+/g, " ");
const checkOf = ({ checks }: VerificationReport, id: string) => checks.find((check) => check.id === id)!;

describe("a published image", () => {
  it("is genuine, with and without bytes behind it", async () => {
    for (const padding of [0, 1, 2048, 307_200]) {
      const content = Buffer.concat([bytes, Buffer.alloc(padding)]);
      const { exitCode, report } = await verify(content);
      expect([exitCode, report.verdict, report.truncated]).toEqual([0, "genuine", null]);
      expect(report.known).toMatchObject({ fileName: "published.iso", matchedLength: bytes.length });
      const { message } = checkOf(report, "whole");
      const padded = `image is padded: ${exactSize(padding)} follow the ${exactSize(bytes.length)} of the volume`;
      expect(message.includes(padded)).toBe(padding > 0);
    }
    expect(await text(bytes)).toMatch(/^Genuine: published.iso /);
  });

  it("with noise behind it is genuine too, and that is told", async () => {
    const out = await text(Buffer.concat([bytes, filler(5000, 3)]));
    expect(out).toContain("! the image is padded: 4.88 KiB (5000 bytes) follow");
    expect(out).not.toContain("next step");
  });

  it("with one byte changed is altered, whatever is changed, and the next step is named", async () => {
    for (const at of [16 * 2048 + 40 + 100, ends[0]!.end - 100, Math.floor(bytes.length / 2)]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      const { exitCode, report } = await verify(changed);
      expect([at, exitCode, report.verdict]).toEqual([at, 3, "damaged"]);
      expect(checkOf(report, "known-image")).toMatchObject({ code: "altered", status: "fail" });
      expect(await text(changed)).toContain(
        "next step Take an untouched image, or allow this one with --allow altered.",
      );
    }
  });

  it("with one byte changed and bytes behind it is altered", async () => {
    const changed = Buffer.concat([bytes, Buffer.alloc(2048)]);
    changed[ends[0]!.end - 100]! ^= 1;
    const { exitCode, report } = await verify(changed);
    expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    expect(checkOf(report, "known-image")).toMatchObject({ code: "altered" });
    const allowed = await verify(changed, { allow: ["altered"] });
    expect([allowed.exitCode, allowed.report.verdict]).toEqual([0, "intact"]);
  });
});

describe("a published image that is cut short", () => {
  it("says how much is missing of the image and of each file, in JSON and in words", async () => {
    // Between two files' ends, so that some are cut and some are wholly gone.
    const length = ends[5]!.end - 1;
    const cut = bytes.subarray(0, length);
    const expected = ends
      .filter(({ end }) => end > length)
      .map(({ path, end, size }) => ({ path, missingBytes: Math.min(size, end - length) }));
    expect(expected.length).toBeGreaterThan(5);
    const { exitCode, report } = await verify(cut);
    expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    const byPath = (files: readonly { path: string; missingBytes: number }[]) =>
      files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(report.truncated).toMatchObject({ missingBytes: bytes.length - length, fileCount: expected.length });
    expect(byPath(report.truncated!.files)).toEqual(byPath(expected));
    expect(checkOf(report, "known-image").message).toBe(
      `its label is that of published.iso, of whose ${exactSize(bytes.length)} it lacks ${exactSize(bytes.length - length)}`,
    );
    const out = await text(cut);
    expect(out).toMatch(/^Damaged: /);
    expect(out).toContain(
      `x the image is cut short: ${exactSize(bytes.length - length)} of ${exactSize(bytes.length)} are missing; cut: `,
    );
    expect(out).toContain(`and ${expected.length - 3} more`);
    expect(out).toContain("next step Download or copy it again");
    const verbose = await text(cut, true);
    for (const { path, missingBytes } of expected)
      expect(verbose).toContain(`${exactSize(missingBytes)} missing ${path}`);
  });

  it.each([{}, { deep: true } as const])("never passes, wherever it is cut, %j", async (options) => {
    const parts = Array.from({ length: 11 }, (_unused, index) => index + 1);
    // Without its volume descriptors it is no image.
    const readable = parts.filter((part) => (bytes.length * part) / 12 >= 32 * 2048);
    expect(readable.length).toBeGreaterThan(8);
    for (const part of sample(readable, 4)) {
      const length = Math.floor((bytes.length * part) / 12);
      const { exitCode, report } = await verify(bytes.subarray(0, length), options);
      expect([part, exitCode, report.verdict]).toEqual([part, 3, "damaged"]);
      expect(report.truncated?.missingBytes).toBe(bytes.length - length);
    }
  });
});
