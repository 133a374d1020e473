/** What NTFS has beside names and contents, captured by wimlib from a volume of ntfs-3g, through `verify --deep`. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { toHex } from "../../src/bytes/hex.js";
import { memorySource } from "../../src/source/byte-source.js";
import { resourceFormat } from "../../src/wim/compression/chunks.js";
import { readMetadata } from "../../src/wim/compression/read-metadata.js";
import { createResourceReader } from "../../src/wim/compression/resource-reader.js";
import { openWim } from "../../src/wim/index.js";
import { directoryEntryRecord } from "../../src/wim/metadata.js";
import { walkMetadata } from "../../src/wim/metadata-walk.js";
import type { ExecutorSetup } from "../../src/verification/wim/index.js";
import { createInlineExecutor, verifyWimParts } from "../../src/verification/wim/index.js";
import { writeImageOf } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { attributes, makeNtfsVolume, streams } from "../support/ntfs-capture.js";
import type { Verified } from "../support/verify-command.js";
import { openChecks, verify } from "../support/verify-command.js";
import { makeFolder, removeFolder, wimlib } from "../support/wimlib-trees.js";

const install = "sources/install.wim";
const createSha1 = () => createHash("sha1");
const inline = (setup: ExecutorSetup) => createInlineExecutor(setup, createSha1);
const sha1 = (content: Uint8Array): string => createHash("sha1").update(content).digest("hex");
const judges = ["wimlib-imagex", "mkntfs", "ntfs-3g", "setfattr"];
const canMount = judges.every(judge) && process.getuid?.() === 0;

describe.skipIf(!canMount)("a WIM of an NTFS volume", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = makeFolder();
    const volume = await makeNtfsVolume(folder);
    wimlib("capture", volume, pathOf("lzx.wim"), "Volume", "--compress=LZX", "--check");
    wimlib("capture", volume, pathOf("none.wim"), "Volume", "--compress=none");
  });
  afterAll(() => {
    removeFolder(folder);
  });

  async function verifyWim(installWim: Uint8Array): Promise<Verified> {
    const iso = await writeImageOf(await windows7Tree({ installWim }), pathOf("disc.iso"));
    return verify(iso, "--deep", "--allow", "rtm");
  }

  const ask = (...args: string[]): string => execFileSync("wimlib-imagex", args, { encoding: "utf8" });
  const detailed = (name = "lzx.wim"): string => ask("dir", pathOf(name), "--detailed");

  /** `path hash` of every stream with content, as wimlib lists them. */
  function streamsByWimlib(name: string): string[] {
    const entries = detailed(name).split(/^-{76}$/m);
    return entries.flatMap((entry) => {
      const path = /^Full Path +=  ?"\/(.*)"$/m.exec(entry)?.[1];
      const found = entry.matchAll(/(?:stream|data stream "(?<name>.*)"):\nHash +=  ?0x(?<hash>[\da-f]{40})$/gm);
      return [...found]
        .map(({ groups }) => ({ stream: groups!["name"], hash: groups!["hash"]! }))
        .filter(({ hash }) => /[^0]/.test(hash))
        .map(({ stream, hash }) => `${path}${stream === undefined ? "" : `:${stream}`} ${hash}`);
    });
  }

  async function streamsByUs(name: string): Promise<string[]> {
    const wim = await openWim(memorySource(readFileSync(pathOf(name))));
    const { metadata } = await wim.lookupTable();
    const format = resourceFormat(name, wim.header);
    const data = await readMetadata(createResourceReader(wim.source, format), metadata[0]!.resource, format);
    const found: string[] = [];
    walkMetadata(data, format, (entry) => {
      for (const stream of entry.streams) {
        const hash = toHex(data.subarray(stream.hashOffset, stream.hashOffset + 20));
        found.push(`${entry.pathOf(stream)} ${hash}`);
      }
    });
    return found;
  }

  it("holds what the test is about", () => {
    const listed = detailed();
    for (const path of Object.keys(streams)) expect(listed).toContain(`Named data stream "${path.split(":")[1]}"`);
    for (const value of attributes) {
      expect(listed).toMatch(
        new RegExp(`"/attributes ${value.toString(16)}"\\n.*\\nAttributes +=.*0*${value.toString(16)}\\n`),
      );
    }
    expect(listed).toContain(`Short Name          = "ALONGN~1.TXT"`);
    for (const tag of ["0xa0000003", "0xa000000c"]) expect(listed).toContain(`Reparse Tag         = ${tag}`);
    expect(new Set(listed.match(/^Security Descriptor = .*$/gm)).size).toBeGreaterThan(2);
    expect(listed).toContain("FILE_ATTRIBUTE_COMPRESSED is set");
  });

  it("has the streams that wimlib lists", async () => {
    const expected = streamsByWimlib("lzx.wim");
    expect(expected.length).toBeGreaterThan(20);
    expect((await streamsByUs("lzx.wim")).toSorted()).toEqual(expected.toSorted());
  });

  it("has the counts that wimlib tells", async () => {
    const info = ask("info", pathOf("lzx.wim"));
    const field = (key: string): number => Number(new RegExp(`^${key}: +(\\d+)$`, "m").exec(info)![1]);
    const source = memorySource(readFileSync(pathOf("lzx.wim")));
    const { images } = await verifyWimParts([{ name: "lzx.wim", source }], inline, createSha1);
    expect(images).toEqual([
      {
        index: 1,
        directories: field("Directory Count"),
        files: field("File Count"),
        totalBytes: field("Total Bytes"),
      },
    ]);
  });

  it.each(["lzx", "none"])("is sound: %s", async (name) => {
    const { report } = await verifyWim(readFileSync(pathOf(`${name}.wim`)));
    expect(report.failures).toEqual([]);
    expect(openChecks(report, install)).toEqual(name === "lzx" ? [] : ["wim-integrity-table skip"]);
  });

  it.each(Object.entries(streams))("with one changed byte in %s names file and stream", async (path, content) => {
    const wim = readFileSync(pathOf("none.wim"));
    const at = wim.indexOf(Buffer.from(content));
    expect(at).toBeGreaterThan(0);
    wim[at + content.length - 1]! ^= 1;
    const { exitCode, report } = await verifyWim(wim);
    expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    const [failure] = report.failures;
    expect(failure).toMatchObject({ wim: install, blob: sha1(content) });
    expect(failure!.places).toContainEqual({ image: 1, path });
    expect(failure!.message).toContain(failure!.places[0]!.path);
  });

  it("with a stream that the lookup table does not have names file and stream", async () => {
    const wim = readFileSync(pathOf("none.wim"));
    const { lookupTable } = (await openWim(memorySource(wim))).header;
    const hash = Buffer.from(sha1(streams["empty.txt:größe"]), "hex");
    const at = wim.indexOf(hash, lookupTable.offset);
    expect(at).toBeGreaterThan(0);
    wim[at]! ^= 1;
    const { exitCode, report } = await verifyWim(wim);
    expect(exitCode).toBe(3);
    const failure = report.failures.find(({ check }) => check === "wim-metadata");
    expect(failure).toMatchObject({ blob: hash.toString("hex"), places: [{ image: 1, path: "empty.txt:größe" }] });
  });

  /** wimlib leaves encrypted files out where it is not on Windows; in a WIM they differ by one attribute and their content. */
  it("is sound with an encrypted file", async () => {
    const wim = readFileSync(pathOf("none.wim"));
    const [entry] = (await (await openWim(memorySource(wim))).lookupTable()).metadata;
    const { offset, size } = entry!.resource;
    const metadata = wim.subarray(offset, offset + size);
    const at = new Map<string, number>();
    walkMetadata(metadata, { name: "none.wim" }, (visited) => at.set(visited.path(), visited.offset));
    const attribute = at.get("A long name.txt")! + directoryEntryRecord.fields.attributes.offset;
    metadata.writeUInt32LE(metadata.readUInt32LE(attribute) | 0x4000, attribute);
    wim.set(Buffer.from(sha1(metadata), "hex"), wim.indexOf(entry!.hash, offset + size));
    writeFileSync(pathOf("encrypted.wim"), wim);
    expect(detailed("encrypted.wim")).toMatch(/"\/A long name.txt"[^-]*\tRaw encrypted data stream:/);
    expect((await streamsByUs("encrypted.wim")).toSorted()).toEqual(streamsByWimlib("encrypted.wim").toSorted());
    wimlib("verify", pathOf("encrypted.wim"));
    const { report } = await verifyWim(wim);
    expect(report.failures).toEqual([]);
  });
});
