/**
 * `check` on NTFS sticks with damage at random places: what cannot be read any more is never taken for whole. Judges:
 * ntfs-3g reads every file after each damage, and so does the tests' own strict reader.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KiB, MiB } from "../../src/bytes/units.js";
import { checkAgainst } from "../../src/check/index.js";
import { locateManifest } from "../../src/check/locate-manifest.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import { memorySource } from "../../src/source/byte-source.js";
import { judge } from "../support/judges.js";
import { canAttachLoopDevices } from "../support/loop-device.js";
import { readerOf } from "../support/memory-reader.js";
import { NtfsReader } from "../support/ntfs-reader.js";
import { flipAt, mountedStick } from "../support/ntfs-stick.js";
import { diskSize, partition, UsedStick, useForLong } from "../support/used-stick.js";
import { randomFrom, rounds } from "../support/sample.js";

let stick: UsedStick;

const canRun = canAttachLoopDevices() && ["ntfs-3g", "fls"].every((command) => judge(command));

describe.skipIf(!canRun)("a damaged NTFS stick", () => {
  beforeAll(async () => {
    stick = await UsedStick.write();
  });
  afterAll(() => stick.remove());
  beforeEach(() => stick.reset());

  /** Digests of the image's files as ntfs-3g reads them; those that it cannot read are missing. */
  function readable(): Map<string, string> {
    const found = new Map<string, string>();
    const paths = stick.manifest.files!.map(({ path }) => path);
    const hash = (root: string): void => {
      const { stdout } = spawnSync("sha256sum", paths, { cwd: root, encoding: "utf8", maxBuffer: 16 * MiB });
      for (const line of stdout.split("\n")) if (line !== "") found.set(line.slice(66), line.slice(0, 64));
    };
    mountedStick(stick.image, diskSize, hash, { readOnly: true });
    return found;
  }

  it.each([
    ["new", (): void => undefined, rounds(25, 5)],
    ["used", (): void => stick.use(useForLong), rounds(40, 6)],
  ] as const)("is never whole where ntfs-3g cannot read a file of a %s one", async (name, prepare, count) => {
    prepare();
    const whole = readable();
    expect(whole.size).toBe(stick.manifest.files!.length);
    const random = randomFrom(name.length * 7919);
    const targets = metadataOf(stick.image);
    let seen = 0;
    for (let round = 0; round < count; round += 1) {
      const target = targets[round % targets.length]!;
      const place = target.offset + Math.floor(random() * target.length);
      const mask = 1 << Math.floor(random() * 8);
      flipAt(stick.image, place, mask);
      const byManifest = await stick.check("manifest");
      const byImage = await stick.check("iso");
      // What the driver makes of it.
      const after = readable();
      const lost = [...whole].filter(([path, digest]) => after.get(path) !== digest).map(([path]) => path);
      if (lost.length > 0) seen += 1;
      const told = JSON.stringify({ place, target, lost: lost.slice(0, 3), byImage: byImage.mismatches.slice(0, 3) });
      for (const { verdict, mismatches } of [byManifest, byImage]) {
        if (lost.length > 0) expect(verdict, told).toBe("mismatch");
        if (lost.length === 0 || lost.length === whole.size) continue;
        const paths = new Set(mismatches.map(({ path }) => path));
        for (const path of lost) expect(namesOrHolds(paths, path), `${path} ${told}`).toBe(true);
      }
      if (name === "new") expect(byImage.verdict, told).toBe("mismatch");
      flipAt(stick.image, place, mask);
    }
    expect(seen).toBeGreaterThan(count / 20);
  });

  it("is never whole where a strict reader finds a used one broken, over and over", async () => {
    stick.use(useForLong);
    const targets = metadataOf(stick.image);
    const bytes = readFileSync(stick.image);
    const whole = await contentsByReader(bytes);
    const random = randomFrom(31_337);
    let lostRounds = 0;
    for (let round = 0; round < rounds(80, 20); round += 1) {
      const target = targets[round % targets.length]!;
      const place = target.offset + Math.floor(random() * target.length);
      const mask = 1 << Math.floor(random() * 8);
      bytes[place]! ^= mask;
      const { mismatches } = await checkInMemory(bytes);
      const after = await contentsByReader(bytes);
      const lost = [...whole].filter(([path, digest]) => after.get(path) !== digest).map(([path]) => path);
      const told = JSON.stringify({ place, target, lost: lost.slice(0, 3), mismatches: mismatches.slice(0, 3) });
      if (lost.length > 0) expect(mismatches.length, told).toBeGreaterThan(0);
      if (lost.length > 0) lostRounds += 1;
      bytes[place]! ^= mask;
    }
    expect((await checkInMemory(bytes)).mismatches).toEqual([]);
    expect(lostRounds).toBeGreaterThan(rounds(80, 20) / 10);
  });

  async function checkInMemory(bytes: Uint8Array) {
    const reader = readerOf(bytes);
    const found = await locateManifest(reader, createReadBytes(reader));
    const expectation = { kind: "manifest", manifest: stick.manifest, found } as const;
    return checkAgainst(expectation, { reader, begin: () => undefined, advanced: () => undefined });
  }

  /** Digests of the image's files as the tests' own reader has them. */
  async function contentsByReader(bytes: Uint8Array): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    try {
      const volume = await NtfsReader.open(memorySource(bytes));
      const wanted = new Set(stick.manifest.files!.map(({ path }) => path));
      const directories = new Set(stick.manifest.files!.flatMap(({ path }) => ancestorsOf(path)));
      const queue = [{ record: 5, prefix: "" }];
      for (const { record, prefix } of queue) {
        for (const entry of await namesOf(volume, record)) {
          const path = prefix + entry.name;
          if (directories.has(path)) queue.push({ record: entry.record, prefix: `${path}/` });
          else if (wanted.has(path)) found.set(path, await digestOf(volume, entry.record));
        }
      }
    } catch (error) {
      // What comes behind it is lost.
      expect(error).toBeInstanceOf(Error);
    }
    return found;
  }

  it("finds every damage of a file's content after use, and names the file", async () => {
    stick.use(useForLong);
    const random = randomFrom(4711);
    const candidates = stick.manifest.files!.filter(({ path, size }) => size > 0 && path !== "sources/install.wim");
    for (let round = 0; round < rounds(60, 12); round += 1) {
      const { path, runs } = candidates[Math.floor(random() * candidates.length)]!;
      const part = runs[Math.floor(random() * runs.length)]!;
      const place = part.offset + Math.floor(random() * part.length);
      flipAt(stick.image, place);
      const { mismatches } = await stick.check(round % 2 === 0 ? "manifest" : "iso");
      const hit = mismatches.filter(({ offset, length }) => offset <= place && place < offset + length);
      expect(
        hit.map((each) => [each.path, each.cause]),
        `${place}`,
      ).toContainEqual([path, "damaged"]);
      expect(mismatches).toHaveLength(1);
      flipAt(stick.image, place);
    }
  });
});

async function namesOf(volume: NtfsReader, record: number) {
  try {
    return (await volume.index(record)).names;
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return [];
  }
}

async function digestOf(volume: NtfsReader, record: number): Promise<string> {
  try {
    return createHash("sha256")
      .update(await volume.data(record))
      .digest("hex");
  } catch (error) {
    return String(error);
  }
}

const ancestorsOf = (path: string): string[] =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, at, parts) => parts.slice(0, at + 1).join("/"));

/** A path itself, a directory above it, or the file system's own structures. */
function namesOrHolds(paths: ReadonlySet<string | null>, path: string): boolean {
  if (paths.has(null) || paths.has(path)) return true;
  return [...paths].some((each) => each !== null && path.startsWith(`${each}/`));
}

type Target = { readonly name: string; readonly offset: number; readonly length: number };

/** What is in the names of most of the image's files. */
const imagesName = Buffer.from("component, number", "utf16le");

/** Where the volume's structures lie, as sleuthkit finds them; directories' indexes by what begins with INDX. */
function metadataOf(path: string): Target[] {
  const targets: Target[] = [{ name: "boot sector", offset: partition.start, length: 0x54 }];
  const blocks = (inode: string, name: string): void => {
    const said = execFileSync("istat", ["-o", "2048", path, inode], { encoding: "utf8" });
    for (const cluster of clustersIn(said)) targets.push({ name, offset: MiB + cluster * 4 * KiB, length: 4 * KiB });
  };
  const bytes = readFileSync(path);
  for (let at = MiB; at < partition.end; at += 4 * KiB) {
    const signature = bytes.toString("latin1", at, at + 4);
    // Those of the image's own files: of others nothing can be lost here.
    if (!bytes.subarray(at, at + 4 * KiB).includes(imagesName)) continue;
    if (signature === "INDX") targets.push({ name: "index", offset: at, length: 4 * KiB });
    if (signature === "FILE") targets.push({ name: "records", offset: at, length: 4 * KiB });
  }
  for (const [inode, name] of [
    ["6", "$Bitmap"],
    ["9", "$Secure"],
  ] as const) {
    blocks(inode, name);
  }
  const random = randomFrom(99);
  return targets.toSorted(() => random() - 0.5);
}

function clustersIn(said: string): number[] {
  const list = /Type: \$DATA[^\n]*Non-Resident[^\n]*\n([\d \n]+)/.exec(said)?.[1] ?? "";
  return list
    .trim()
    .split(/\s+/)
    .map(Number)
    .filter((cluster) => Number.isInteger(cluster))
    .slice(0, 3);
}
