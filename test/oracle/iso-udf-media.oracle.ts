/**
 * UDF as it lies on other media, made by udftools and filled by udfclient: revisions 1.02 to 2.60, sparable, virtual and
 * metadata partitions, strategy 4096. mkudffs makes empty volumes; udfclient can write to those that are rewritable.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readImage } from "../../src/iso9660-reader/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import { hostFileSource } from "../support/host-tree.js";
import { judge } from "../support/judges.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-udf-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function makeVolume(name: string, mediaType: string, ...options: string[]): string {
  const path = join(folder, `${name}.udf`);
  const all = ["--new-file", `--media-type=${mediaType}`, ...options, `--label=${name}`, path, "40000"];
  execFileSync("mkudffs", all, { stdio: ["ignore", "ignore", "pipe"] });
  return path;
}

describe.skipIf(!judge("mkudffs"))("mkudffs", () => {
  it.each([
    ["dvd", "1.02", []],
    ["hd", "2.01", []],
    ["hd", "1.50", ["--strategy=4096"]],
    ["cdrw", "1.50", []],
    ["dvdrw", "2.01", []],
    ["cdr", "1.50", []],
    ["cdr", "2.00", []],
    ["bdr", "2.50", []],
    ["bdr", "2.60", []],
    ["dvdram", "2.01", []],
  ])("%s, revision %s %s", async (mediaType, revision, options) => {
    const name = `${mediaType} ${revision} ${options.length}`;
    const image = await readImage(hostFileSource(makeVolume(name, mediaType, `--udfrev=${revision}`, ...options)));
    expect(image).toMatchObject({
      fileSystem: "udf",
      fileSystems: [{ fileSystem: "udf", revision, volumeLabel: name }],
      volumeLabel: name,
      warnings: [],
    });
    // The volume is empty: `Non-Allocatable Space` of UDF 1.50 on CD-RW is the file system's own.
    expect(image.tree.children).toEqual([]);
  });

  it("a lost anchor and a damaged main sequence are survived", async () => {
    const path = makeVolume("damaged", "dvd", "--udfrev=1.02");
    const bytes = await hostFileSource(path).read(0, hostFileSource(path).size);
    bytes.fill(0, 256 * 2048, 257 * 2048);
    // Blocks 96 to 111 are the main sequence of this volume, by `mkudffs --no-write`.
    bytes.fill(0xff, 96 * 2048, 112 * 2048);
    writeFileSync(path, bytes);
    const image = await readImage(hostFileSource(path));
    expect(image.volumeLabel).toBe("damaged");
    expect(image.warnings).toMatchObject([{ code: "udf-main-sequence" }]);
  });
});

async function client(image: string, ...commands: string[]): Promise<string> {
  const child = spawn("udfclient", ["-W", "-b", "2048", image], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.end([...commands, "quit", ""].join("\n"));
  return text(child.stdout);
}

describe.skipIf(!judge("mkudffs") || !judge("udfclient"))("udfclient", () => {
  const content = Buffer.from(Array.from({ length: 90_000 }, (_, index) => index.toString(36)).join(" "));

  // The client waits for seconds before it ends.
  it.concurrent.each([
    ["dvd", "1.02"],
    ["cdrw", "1.50"],
    ["dvdrw", "2.01"],
    ["dvdram", "2.01"],
  ])("files on %s, revision %s", async (mediaType, revision) => {
    const path = makeVolume(`filled ${mediaType}`, mediaType, `--udfrev=${revision}`);
    const source = join(folder, `source-${mediaType}`);
    mkdirSync(join(source, "sub"), { recursive: true });
    writeFileSync(join(source, "LARGE.TXT"), content);
    copyFileSync(join(source, "LARGE.TXT"), join(source, "sub", "copy of it.txt"));
    // The volume is a directory of the client's own root, named volume set, volume, logical volume and file set.
    const volume = /\d {2}(\S.*:.*:.*)$/m.exec(await client(path, "ls"))?.[1];
    await client(path, `cd "/${volume}"`, `put source-${mediaType}`, "sync");
    const { tree, warnings } = await readImage(hostFileSource(path));
    expect(warnings).toEqual([]);
    for (const name of ["LARGE.TXT", "sub/copy of it.txt"]) {
      const node = find(tree, `source-${mediaType}/${name}`);
      if (node?.kind !== "file") throw new Error(`${name} is not in the volume`);
      const bytes = await contentSource(node).read(0, node.size);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(createHash("sha256").update(content).digest("hex"));
    }
  });
});
