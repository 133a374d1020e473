/** Sound cabinets for the fuzzer, and where their records and compressed blocks lie. */
import type { CabinetFolderOf } from "../../../fixtures/cabinet/cabinet.js";
import { cabinetFile } from "../../../fixtures/cabinet/cabinet.js";
import { instructionText, manifestText } from "../../../fixtures/updates/updates.js";
import { filler } from "../../../fixtures/windows7/nodes.js";
import { dataRecord, cabinetFileRecord, folderRecord, headerRecord } from "../../../src/cabinet/records.js";
import { lzxFolder } from "../lzx-cabinet.js";
import type { Inputs } from "./inputs.js";
import { StructureBuilder } from "./structure.js";

const files = [
  { name: "update.mum", content: Buffer.from(manifestText()) },
  { name: "a.xml", content: Buffer.from(instructionText({}, "a.cab")) },
  { name: "a.cab", content: filler(3000, 1).map((byte) => byte % 7) },
  { name: "x86\\a.dll", content: filler(40_000, 2).map((byte, at) => (at % 50 === 0 ? 0xe8 : byte % 3)) },
];

export function cabinetInputs(): Inputs {
  const folders: readonly (readonly [string, CabinetFolderOf])[] = [
    ["stored", { compression: "none", files }],
    ["mszip", { compression: "mszip", files }],
    ["lzx", lzxFolder(files, { windowOrder: 15, blocks: [["verbatim", 20_000]] })],
    [
      "lzx-kinds",
      lzxFolder(files, {
        windowOrder: 21,
        fileSize: 43_000,
        blocks: [
          ["aligned", 9001],
          ["uncompressed", 30_001],
        ],
      }),
    ],
  ];
  const inputs = new Map(folders.map(([name, folder]) => [name, cabinetFile([folder])]));
  inputs.set(
    "reserve",
    cabinetFile(
      folders.map(([, folder]) => folder),
      { reserve: { header: 20, data: 4 } },
    ),
  );
  return inputs;
}

/** Checksums become 0, which is none: so changes get as far as what unpacks. */
export function cabinetStructure(data: Uint8Array): StructureBuilder {
  const found = new StructureBuilder();
  const { cFolders, cFiles, coffFiles, flags } = headerRecord.decode(data);
  found.record(headerRecord, 0);
  const reserve = flags === 0 ? { head: 0, data: 0 } : { head: 4 + data[36]! + data[37]! * 256, data: data[39]! };
  if (flags !== 0) for (let at = 36; at < 40; at += 2) found.site("reserve", at, 2);
  for (let index = 0; index < cFolders; index += 1) {
    const at = headerRecord.size + reserve.head + index * folderRecord.size;
    found.record(folderRecord, at);
    const { coffCabStart, cCFData } = folderRecord.decode(data, at);
    let block = coffCabStart;
    for (let left = cCFData; left > 0; left -= 1) {
      const { cbData } = dataRecord.decode(data, block);
      const [start, length] = [block + dataRecord.size + reserve.data, cbData];
      found.record(dataRecord, block);
      found.stream(start, length);
      const checksum = block;
      found.seal(block, start + length, (bytes) => bytes.fill(0, checksum, checksum + 4));
      block = start + length;
    }
  }
  for (let [at, left] = [coffFiles, cFiles]; left > 0; left -= 1) {
    const end = data.indexOf(0, at + cabinetFileRecord.size) + 1;
    found.record(cabinetFileRecord, at, end - at);
    at = end;
  }
  return found;
}
