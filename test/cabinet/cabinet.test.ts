/** Cabinets as they are read: what is in them, in each compression, and what is said of those that are damaged. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CabinetFolderOf } from "../../fixtures/cabinet/cabinet.js";
import { cabinetFile } from "../../fixtures/cabinet/cabinet.js";
import { filler } from "../../fixtures/windows7/nodes.js";
import { CabinetFault, checkBlocks, openCabinet, readCabinetFile } from "../../src/cabinet/index.js";
import { cabinetFileRecord, folderRecord, headerRecord } from "../../src/cabinet/records.js";
import { memorySource } from "../../src/source/byte-source.js";
import { lzxFolder } from "../support/lzx-cabinet.js";
import { rounds } from "../support/sample.js";

/** Text of few letters, so that there is something to compress, with CALLs in it. */
function letters(size: number, seed: number): Uint8Array {
  return filler(size, seed).map((byte, at) => (at % 97 === 0 ? 0xe8 : byte % 5));
}

const files = [
  { name: "update.mum", content: letters(1000, 1) },
  { name: "empty", content: new Uint8Array() },
  { name: "x86_a\\b.dll", content: letters(70_001, 2) },
  { name: "größe.txt", content: letters(33_000, 3) },
];
const limit = 100_000;

const compressions: readonly (readonly [string, CabinetFolderOf])[] = [
  ["no compression", { compression: "none", files }],
  ["MSZIP", { compression: "mszip", files }],
  ["LZX in one block", lzxFolder(files, { windowOrder: 15, blocks: [["verbatim", 200_000]] })],
  ["LZX in the largest window", lzxFolder(files, { windowOrder: 21, blocks: [["aligned", 50_000]] })],
  [
    "LZX in small blocks of all kinds",
    lzxFolder(files, {
      windowOrder: 16,
      blocks: [
        ["verbatim", 7001],
        ["uncompressed", 5001],
        ["aligned", 9000],
      ],
    }),
  ],
  [
    "LZX in uncompressed blocks that go on in other frames",
    lzxFolder(files, {
      windowOrder: 17,
      blocks: [
        ["uncompressed", 40_001],
        ["verbatim", 100],
      ],
    }),
  ],
  [
    "LZX with translated calls",
    lzxFolder(files, { windowOrder: 18, fileSize: 104_001, blocks: [["verbatim", 30_000]] }),
  ],
  [
    "LZX with translated calls of a small file size",
    lzxFolder(files, { windowOrder: 15, fileSize: 40_000, blocks: [["aligned", 60_000]] }),
  ],
];

/** Names and contents; contents as texts, which are compared faster. */
async function contentsOf(bytes: Uint8Array): Promise<[string, string][]> {
  const cabinet = await openCabinet(memorySource(bytes));
  await checkBlocks(cabinet);
  const read: [string, string][] = [];
  for (const file of cabinet.files) read.push([file.name, text(await readCabinetFile(cabinet, file, limit))]);
  return read;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const expected = files.map(({ name, content }) => [name, text(content)]);

describe("a cabinet", () => {
  it.each(compressions)("with %s", async (_, folder) => {
    expect(await contentsOf(cabinetFile([folder]))).toEqual(expected);
  });

  it("of several folders, with reserved bytes, and a signature behind it", async () => {
    const folders = compressions.map(([, folder]) => folder);
    const bytes = cabinetFile(folders, { reserve: { header: 20, data: 6 }, behind: letters(900, 4) });
    expect(await contentsOf(bytes)).toEqual(folders.flatMap(() => expected));
  });

  it("moves LZX's window through a stream of many times its size", async () => {
    const content = letters(230_000, 5);
    const folder = lzxFolder([{ name: "a", content }], { windowOrder: 15, blocks: [["verbatim", 90_000]] });
    const cabinet = await openCabinet(memorySource(cabinetFile([folder])));
    expect(Buffer.compare(await readCabinetFile(cabinet, cabinet.files[0]!, 10 ** 6), content)).toBe(0);
  });

  it("is read as far as a file needs it", async () => {
    const bytes = cabinetFile([{ compression: "mszip", files }]);
    bytes[bytes.length - 1]! ^= 1;
    const cabinet = await openCabinet(memorySource(bytes));
    expect(await readCabinetFile(cabinet, cabinet.files[0]!, limit)).toEqual(files[0]!.content);
    await expect(readCabinetFile(cabinet, cabinet.files[3]!, limit)).rejects.toThrow(/wrong checksum/);
    await expect(checkBlocks(cabinet)).rejects.toThrow(/wrong checksum/);
  });
});

const sound = cabinetFile([{ compression: "none", files: files.slice(0, 1) }]);
const folderAt = headerRecord.size;
const fileAt = folderAt + folderRecord.size;
const blockAt = fileAt + cabinetFileRecord.size + "update.mum\0".length;
const patched = (change: (bytes: Uint8Array) => void): Uint8Array => {
  const bytes = sound.slice();
  change(bytes);
  return bytes;
};

describe("a cabinet that is not read", () => {
  it.each<[string, Uint8Array, CabinetFault["kind"], RegExp]>([
    ["nothing", new Uint8Array(), "not-a-cabinet", /MSCF/],
    ["other bytes", new Uint8Array(100), "not-a-cabinet", /MSCF/],
    ["cut short", sound.subarray(0, sound.length - 1), "damaged", /cut short: it has \d+ bytes of \d+/],
    [
      "another version",
      patched((bytes) => headerRecord.patch(bytes, 0, { versionMajor: 2 })),
      "unsupported",
      /version 2/,
    ],
    ["one of a set", patched((bytes) => headerRecord.patch(bytes, 0, { flags: 2 })), "unsupported", /set of cabinets/],
    [
      "more folders than fit",
      patched((bytes) => headerRecord.patch(bytes, 0, { cFolders: 60_000 })),
      "damaged",
      /60000 folders/,
    ],
    ["more files than fit", patched((bytes) => headerRecord.patch(bytes, 0, { cFiles: 60_000 })), "damaged", /file/],
    [
      "files listed behind the end",
      patched((bytes) => headerRecord.patch(bytes, 0, { coffFiles: 2 ** 31 })),
      "damaged",
      /behind its end/,
    ],
    [
      "a name without an end",
      patched((bytes) => bytes.fill(65, fileAt + cabinetFileRecord.size)),
      "damaged",
      /does not end/,
    ],
    [
      "a folder that is not there",
      patched((bytes) => cabinetFileRecord.patch(bytes, fileAt, { iFolder: 3 })),
      "damaged",
      /folder 4 of 1/,
    ],
    [
      "a file of another cabinet",
      patched((bytes) => cabinetFileRecord.patch(bytes, fileAt, { iFolder: 0xfffe })),
      "unsupported",
      /another cabinet/,
    ],
    ["Quantum", patched((bytes) => folderRecord.patch(bytes, folderAt, { typeCompress: 2 })), "unsupported", /Quantum/],
    [
      "an unknown compression",
      patched((bytes) => folderRecord.patch(bytes, folderAt, { typeCompress: 9 })),
      "damaged",
      /not known/,
    ],
    [
      "a window that LZX has not",
      patched((bytes) => folderRecord.patch(bytes, folderAt, { typeCompress: 0x1603 })),
      "damaged",
      /2\^22/,
    ],
    [
      "what is no LZX",
      patched((bytes) => folderRecord.patch(bytes, folderAt, { typeCompress: 0x1503 })),
      "damaged",
      /LZX cannot/,
    ],
    ["what is no MSZIP", patched((bytes) => folderRecord.patch(bytes, folderAt, { typeCompress: 1 })), "damaged", /CK/],
    [
      "blocks behind its end",
      patched((bytes) => folderRecord.patch(bytes, folderAt, { coffCabStart: 2 ** 31 })),
      "damaged",
      /ends in the middle/,
    ],
    [
      "more blocks than there are",
      patched((bytes) => {
        folderRecord.patch(bytes, folderAt, { cCFData: 2 });
        cabinetFileRecord.patch(bytes, fileAt, { cbFile: 2000 });
      }),
      "damaged",
      /middle of block 2/,
    ],
    [
      "no blocks",
      patched((bytes) => folderRecord.patch(bytes, folderAt, { cCFData: 0 })),
      "damaged",
      /its folder at 0/,
    ],
    [
      "a block of no bytes",
      patched((bytes) => bytes.fill(0, blockAt + 6, blockAt + 8)),
      "damaged",
      /0 bytes, expected 1 to/,
    ],
    [
      "a stored block of another size",
      patched((bytes) => {
        bytes.fill(0, blockAt, blockAt + 4);
        bytes[blockAt + 6]! += 1;
      }),
      "damaged",
      /a stored block/,
    ],
    [
      "a wrong checksum",
      patched((bytes) => {
        bytes[blockAt + 20]! ^= 4;
      }),
      "damaged",
      /wrong checksum/,
    ],
    [
      "a file that is too large",
      patched((bytes) => cabinetFileRecord.patch(bytes, fileAt, { cbFile: limit + 1 })),
      "unsupported",
      /expected at most/,
    ],
    [
      "a file that leaves its folder",
      patched((bytes) => cabinetFileRecord.patch(bytes, fileAt, { uoffFolderStart: 500 })),
      "damaged",
      /ends at 1500/,
    ],
  ])("%s", async (_, bytes, kind, message) => {
    const failure = await contentsOf(bytes).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CabinetFault);
    expect(failure).toMatchObject({ kind, message: expect.stringMatching(message) as unknown });
  });

  const samples = compressions.map(([, folder]) => cabinetFile([folder]));
  it("ends in a fault or in its contents, whatever was changed", async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      value: fc.nat(255),
      near: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (sample, changes) => {
          const bytes = sample.slice();
          for (const { at, value, near } of changes) bytes[Math.floor(at * (near ? 160 : bytes.length))] = value;
          // So that changes get as far as what unpacks: a sum of 0 is none.
          const [{ firstBlock } = { firstBlock: 0 }] = await openCabinet(memorySource(bytes)).then(
            ({ folders }) => folders,
            () => [],
          );
          if (firstBlock + 4 <= bytes.length) bytes.fill(0, firstBlock, firstBlock + 4);
          const failure = await contentsOf(bytes).then(
            () => null,
            (error: unknown) => error,
          );
          if (failure !== null) expect(failure).toBeInstanceOf(CabinetFault);
        },
      ),
      { numRuns: rounds(4000, 200), seed: 12 },
    );
  });
});
