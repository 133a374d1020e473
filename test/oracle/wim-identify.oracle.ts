/** WIMs that wimlib captured are read to what wimlib says of them, and wimlib reads what the fixtures' writer wrote. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import type { WimImage } from "../../src/wim/index.js";
import { openWim } from "../../src/wim/index.js";
import { identify, suitabilityRefusals } from "../../src/windows/index.js";
import { judge } from "../support/judges.js";
import { expectRejection } from "../support/wim-fixtures.js";

const room = mkdtempSync(join(tmpdir(), "win7usb-wim-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const path = (name: string): string => join(room, name);
const wimlib = (...args: string[]): string => execFileSync("wimlib-imagex", args, { cwd: room, encoding: "utf8" });
const open = (name: string) => openWim(memorySource(readFileSync(path(name))), name);

/** The `key: value` lines of `wimlib-imagex info`, the WIM's own first, then those of each image. */
function infoOf(name: string): { wim: Map<string, string>; images: Map<string, string>[] } {
  const [head, ...images] = wimlib("info", name).split(/\n(?=Index: )/);
  return { wim: pairsOf(head!), images: images.map(pairsOf) };
}

/** Lines without a value say as little as lines that are not there. */
function pairsOf(text: string): Map<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const match = /^([^:]+):\s+(\S.*)$/.exec(line);
      return match === null ? [] : [[match[1]!, match[2]!.trim()] as const];
    }),
  );
}

/** Whole seconds, as wimlib prints them. */
function timeText(value: number | null): string | null {
  return value === null ? null : new Date(Math.floor(value / 1000) * 1000).toUTCString().replace("GMT", "UTC");
}

/** Our image in wimlib's words; what the image does not have is left out, as wimlib does. */
function inWimlibWords(image: WimImage): Record<string, string> {
  const words: Record<string, string | number | null> = {
    Index: image.index,
    Name: image.name,
    Description: image.description,
    "Display Name": image.displayName,
    "Display Description": image.displayDescription,
    "Directory Count": image.directoryCount,
    "File Count": image.fileCount,
    "Total Bytes": image.totalBytes,
    "Hard Link Bytes": image.hardLinkBytes,
    "Creation Time": timeText(image.creationTime),
    "Last Modification Time": timeText(image.lastModificationTime),
    Architecture: image.architecture === "x64" ? "x86_64" : image.architecture,
    "Product Name": image.productName,
    "Edition ID": image.editionId,
    "Installation Type": image.installationType,
    HAL: image.hal,
    "Product Type": image.productType,
    "Product Suite": image.productSuite,
    Languages: image.languages.join(" ") || null,
    "Default Language": image.defaultLanguage,
    "System Root": image.systemRoot,
    "Major Version": image.major,
    "Minor Version": image.minor,
    Build: image.build,
    "Service Pack Build": image.spBuild,
    "Service Pack Level": image.spLevel,
    Flags: image.flags,
  };
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}

/** wimlib prints `Sat Nov 20 22:25:00 2010 UTC`. */
function withComparableTimes(pairs: Map<string, string>): Map<string, string> {
  const copy = new Map(pairs);
  for (const key of ["Creation Time", "Last Modification Time"]) {
    const value = copy.get(key);
    if (value !== undefined) copy.set(key, new Date(value).toUTCString().replace("GMT", "UTC"));
  }
  return copy;
}

async function expectSameAsWimlib(name: string): Promise<void> {
  const { wim, images } = infoOf(name);
  const opened = await open(name);
  expect(`0x${opened.header.guid}`).toBe(wim.get("GUID"));
  expect(String(opened.header.version)).toBe(wim.get("Version"));
  expect(opened.header.compression).toBe(wim.get("Compression")!.toLowerCase());
  expect(`${opened.header.chunkSize} bytes`).toBe(wim.get("Chunk Size"));
  expect(`${opened.header.partNumber}/${opened.header.totalParts}`).toBe(wim.get("Part Number"));
  expect(String(opened.header.bootIndex)).toBe(wim.get("Boot Index"));
  expect(opened.images).toHaveLength(Number(wim.get("Image Count")));
  for (const [index, image] of opened.images.entries()) {
    const theirs = withComparableTimes(images[index]!);
    theirs.delete("WIMBoot compatible");
    expect(inWimlibWords(image)).toEqual(Object.fromEntries(theirs));
  }
  wimlib("info", name, `--extract-xml=${name}.xml`);
  const xml = readFileSync(path(`${name}.xml`));
  expect(Buffer.from(opened.xmlData).equals(xml)).toBe(true);
}

/** Offsets, sizes and hashes of a lookup table, as `wimlib-imagex info --blobs` lists them. */
function blobsOf(name: string): string[] {
  return wimlib("info", name, "--blobs")
    .split(/\n(?=Hash)/)
    .flatMap((block) => {
      const field = (key: string): string | undefined => new RegExp(`^${key}\\s*= (?:0x)?(\\S+)`, "m").exec(block)?.[1];
      const hash = field("Hash");
      return hash === undefined
        ? []
        : [[hash, field("Offset in WIM"), field("Reference Count"), field("Uncompressed size")].join(" ")];
    })
    .toSorted();
}

async function ourBlobs(name: string): Promise<string[]> {
  const { entries } = await (await open(name)).lookupTable();
  return [...entries]
    .map(({ hash, resource, referenceCount }) =>
      [Buffer.from(hash).toString("hex"), resource.offset, referenceCount, resource.originalSize].join(" "),
    )
    .toSorted();
}

const properties = (values: Record<string, string>): string[] =>
  Object.entries(values).map(([key, value]) => `--image-property=${key}=${value}`);

const windows = (editionId: string, language: string) =>
  properties({
    "WINDOWS/ARCH": "0",
    "WINDOWS/PRODUCTNAME": "Microsoft® Windows® Operating System",
    "WINDOWS/EDITIONID": editionId,
    "WINDOWS/INSTALLATIONTYPE": "Client",
    "WINDOWS/HAL": "acpiapic",
    "WINDOWS/PRODUCTTYPE": "WinNT",
    "WINDOWS/PRODUCTSUITE": "Terminal Server",
    "WINDOWS/LANGUAGES/LANGUAGE[1]": language,
    "WINDOWS/LANGUAGES/DEFAULT": language,
    "WINDOWS/VERSION/MAJOR": "6",
    "WINDOWS/VERSION/MINOR": "1",
    "WINDOWS/VERSION/BUILD": "7601",
    "WINDOWS/VERSION/SPBUILD": "17514",
    "WINDOWS/VERSION/SPLEVEL": "1",
    "WINDOWS/SYSTEMROOT": "WINDOWS",
    DISPLAYNAME: `Windows 7 ${editionId} <& more>`,
    FLAGS: editionId,
  });

function writeSources(): void {
  for (const [name, seed] of [
    ["one", 1],
    ["two", 2],
  ] as const) {
    mkdirSync(path(`${name}/Windows/System32`), { recursive: true });
    writeFileSync(path(`${name}/Windows/a.bin`), filler(200_000, seed));
    writeFileSync(path(`${name}/Windows/shared.bin`), filler(50_000, 9));
    writeFileSync(path(`${name}/Windows/empty`), "");
    writeFileSync(path(`${name}/Windows/text.txt`), "text that can be compressed\r\n".repeat(5000));
    linkSync(path(`${name}/Windows/a.bin`), path(`${name}/Windows/System32/hard link.bin`));
  }
}

describe.skipIf(!judge("wimlib-imagex"))("WIMs by wimlib", () => {
  beforeAll(() => {
    writeSources();
    for (const compression of ["none", "xpress", "lzx"]) {
      const name = `${compression}.wim`;
      const check = compression === "none" ? [] : ["--check"];
      wimlib(
        "capture",
        "one",
        name,
        "Windows 7 PROFESSIONAL",
        "first",
        `--compress=${compression}`,
        ...check,
        ...windows("Professional", "de-DE"),
      );
      wimlib("append", "two", name, "Windows 7 ULTIMATE", "second", "--boot", ...windows("Ultimate", "en-US"));
      wimlib("append", "two", name, "plain files");
    }
    wimlib("capture", "one", "pipable.wim", "--pipable", "--check");
    wimlib("capture", "one", "solid.esd", "Windows 7 ULTIMATE", "solid", "--solid", ...windows("Ultimate", "en-US"));
    wimlib("split", "lzx.wim", "install.swm", "0.2");
  });

  it.each(["none.wim", "xpress.wim", "lzx.wim", "pipable.wim", "install.swm", "install2.swm"])(
    "%s: header, XML data and lookup table are what wimlib says",
    async (name) => {
      await expectSameAsWimlib(name);
      expect(await ourBlobs(name)).toEqual(blobsOf(name));
    },
  );

  it("the integrity table is there where it was asked for", async () => {
    expect(await (await open("none.wim")).integrityTable()).toBeNull();
    const table = await (await open("lzx.wim")).integrityTable();
    expect(table?.hashes.length).toBeGreaterThan(0);
  });

  it("an ESD says what it holds, and is not supported beyond that", async () => {
    await expectSameAsWimlib("solid.esd");
    await expectRejection((await open("solid.esd")).lookupTable(), "wim-unsupported", /ESD file/);
  });

  it("a disc with them is identified, and agrees with itself", async () => {
    const tree = await windows7Tree({
      installWim: readFileSync(path("lzx.wim")),
      editions: ["Professional", "Ultimate"],
      language: "de-DE",
    });
    const identity = await identify(tree, { volumeLabel: "GSP1RMCPRFRER_DE_DVD" });
    expect(identity).toMatchObject({
      product: "Windows 7",
      edition: "Professional",
      languages: ["de-DE", "en-US"],
      warnings: [],
    });
    expect(identity.editions.map(({ index, id }) => [index, id])).toEqual([
      [1, "Professional"],
      [2, "Ultimate"],
    ]);
    expect(suitabilityRefusals(identity, tree)).toEqual([]);
  });
});

describe.skipIf(!judge("wimlib-imagex"))("WIMs by the fixtures' writer", () => {
  const names = ["sources/install.wim", "sources/boot.wim"];
  let tree: FileTree;
  beforeAll(async () => {
    tree = await windows7Tree();
    mkdirSync(path("sources"));
    for (const name of names) {
      const node = find(tree, name);
      if (node?.kind === "file") writeFileSync(path(name), await contentSource(node).read(0, node.size));
    }
  });

  it.each(names)("%s is verified by wimlib and read by us alike", async (name) => {
    expect(wimlib("verify", name)).toContain("was successfully verified");
    await expectSameAsWimlib(name);
    expect(await ourBlobs(name)).toEqual(blobsOf(name));
    expect((await identify(tree, { volumeLabel: windows7Label })).warnings).toEqual([]);
  });

  it("its images are applied with the names, contents and sizes that went in", () => {
    wimlib("apply", "sources/boot.wim", "2", "applied");
    expect(readFileSync(path("applied/Windows/System32/ntoskrnl.exe")).equals(filler(30_000, 51))).toBe(true);
    expect(readFileSync(path("applied/Windows/System32/empty.log"))).toHaveLength(0);
    const listed = wimlib("dir", "sources/boot.wim", "2").trim().split("\n").toSorted();
    expect(listed).toContain("/Windows/System32/drivers/usbehci.sys");
    expect(listed).toContain("/setup.exe");
  });
});
