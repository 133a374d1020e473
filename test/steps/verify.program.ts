/** `verify` of a path and of a source of bytes: the same answer, by threads or without them. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { MiB } from "../../src/bytes/units.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { VerifyResult } from "../../src/steps/verify-image.js";
import { verify } from "../../src/steps/verify-image.js";
import type { VerifyEvent } from "../../src/steps/verify-passes.js";
import { hashSource } from "../../src/threads/index.js";
import { discEditions } from "../support/disc.js";
import { writeDemoImage } from "../support/demo-image.js";
import { watchedSource } from "../support/watched-source.js";

let folder: string;
let path: string;
let bytes: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-verify-step-"));
  path = await writeDemoImage(folder, { editions: discEditions, payloadSize: MiB });
  bytes = readFileSync(path);
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Without what only the image's own tree is. */
const shown = ({ image, ...rest }: VerifyResult) => ({ ...rest, volumeLabel: image?.volumeLabel });

describe("a verification", () => {
  it.each([{}, { md5: true }, { deep: true }])("with %j is the same of a path and of a source", async (options) => {
    const byPath = await verify(path, options);
    expect(byPath.verdict).toBe("intact");
    const bySource = await verify(memorySource(bytes), { ...options, name: path });
    expect(shown(bySource)).toEqual(shown(byPath));
  });

  it("finds the same damage in a source as in a file", async () => {
    const damaged = Buffer.from(bytes);
    const at = damaged.indexOf(Buffer.from(filler(MiB, 60)).subarray(1000, 1064));
    expect(at).toBeGreaterThan(0);
    damaged[at] = damaged[at]! ^ 1;
    const { verdict, failures } = await verify(memorySource(damaged), { deep: true });
    expect(verdict).toBe("damaged");
    const place = { image: 1, path: "Windows/System32/payload.bin" };
    expect(failures).toContainEqual(expect.objectContaining({ check: "wim-blobs", places: [place] }));
  });

  it("reads a source in pieces that do not grow with it", async () => {
    const lengths: number[] = [];
    await verify(
      watchedSource(bytes, (_index, _offset, length) => lengths.push(length)),
      { deep: true },
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MiB);
    // Once for the hashes, of the WIMs once for contents and once for the integrity table, and some for the structures.
    const total = lengths.reduce((sum, length) => sum + length, 0);
    expect(total).toBeGreaterThan(bytes.length);
    expect(total).toBeLessThan(4 * bytes.length);
  });

  it("tells what will be read, then the progress of one pass after the other to its end", async () => {
    const events: VerifyEvent[] = [];
    let time = 0;
    const now = (): number => (time += 1000);
    await verify(memorySource(bytes), { deep: true, name: "disc", now, onEvent: (event) => events.push(event) });
    const [plan, ...progress] = events;
    expect(plan).toEqual({ event: "plan", targets: ["disc", "sources/boot.wim", "sources/install.wim"] });
    const order = progress.map((event) => (event.event === "progress" ? `${event.phase} ${event.target}` : ""));
    expect([...new Set(order)]).toEqual(["hash disc", "deep sources/boot.wim", "deep sources/install.wim"]);
    expect(order).toEqual(order.toSorted((a, b) => [...new Set(order)].indexOf(a) - [...new Set(order)].indexOf(b)));
    for (const name of new Set(order)) {
      const own = progress.filter((_, index) => order[index] === name);
      expect(own.at(-1)).toMatchObject({ bytes: expect.any(Number), etaMs: 0 });
      const last = own.at(-1);
      if (last?.event === "progress") expect(last.bytes).toBe(last.totalBytes);
    }
  });

  it("throws what a source throws", async () => {
    const failure = new Error("the tunnel is closed");
    const fail = (after: number) =>
      watchedSource(bytes, (_index, offset) => {
        if (offset >= after) throw failure;
      });
    await expect(verify(fail(0))).rejects.toBe(failure);
    await expect(verify(fail(bytes.length - MiB), { deep: true })).rejects.toBe(failure);
  });
});

describe("a verification that is interrupted", () => {
  const isOf =
    (phase: string) =>
    (event: VerifyEvent): boolean =>
      event.event === phase || (event.event === "progress" && event.phase === phase);

  it.each([
    ["plan", "source"],
    ["hash", "source"],
    ["deep", "source"],
    ["plan", "path"],
    ["hash", "path"],
    ["deep", "path"],
  ])("ends in %s of a %s", async (phase, kind) => {
    const controller = new AbortController();
    const onEvent = (event: VerifyEvent): void => {
      if (isOf(phase)(event)) controller.abort();
    };
    const input = kind === "path" ? path : memorySource(bytes);
    const verification = verify(input, { deep: true, onEvent, signal: controller.signal });
    await expect(verification).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
  });

  it("reads nothing where it was before", async () => {
    let reads = 0;
    const source = watchedSource(bytes, () => (reads += 1));
    await expect(verify(source, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "interrupted" });
    expect(reads).toBe(0);
  });
});

describe("hashes of a source", () => {
  it("are those of its bytes and of each shorter length", async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: 3 * MiB }),
      fc.array(fc.integer({ min: -1, max: 3 * MiB + 1 }), { maxLength: 4 }),
      async (size, prefixes) => {
        const content = filler(size, 7);
        const hashed = await hashSource(memorySource(content), ["sha1", "md5"], { prefixes });
        const lengths = [...new Set(prefixes)].filter((length) => length >= 0 && length < size);
        const expected = (length: number) => ({
          length,
          sha1: createHash("sha1").update(content.subarray(0, length)).digest("hex"),
          md5: createHash("md5").update(content.subarray(0, length)).digest("hex"),
        });
        expect(hashed).toEqual({
          ...expected(size),
          prefixes: lengths.toSorted((a, b) => a - b).map((length) => expected(length)),
        });
      },
    );
    await fc.assert(property, { numRuns: 30 });
  });
});
