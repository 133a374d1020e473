/** Sound cabinets for a fuzzer to begin with. */
import { cabinetFile } from "../../fixtures/cabinet/cabinet.js";
import { filler } from "../../fixtures/windows7/nodes.js";
import { lzxFolder } from "../support/lzx-cabinet.js";

export async function cabinetSeeds(): Promise<Uint8Array[]> {
  const files = [
    { name: "update.mum", content: filler(900, 1).map((byte) => byte % 7) },
    { name: "größe", content: filler(300, 2).map((byte, at) => (at % 50 === 0 ? 0xe8 : byte % 3)) },
  ];
  const kinds = ["verbatim", "aligned", "uncompressed"] as const;
  const lzx = kinds.map((kind) => lzxFolder(files, { windowOrder: 15, blocks: [[kind, 401]] }));
  const folders = [
    ...(["none", "mszip"] as const).map((compression) => ({ compression, files })),
    ...lzx,
    lzxFolder(files, { windowOrder: 21, fileSize: 1200, blocks: kinds.map((kind) => [kind, 301]) }),
  ];
  return [
    ...folders.map((folder) => cabinetFile([folder])),
    ...folders.map((folder) => cabinetFile([folder, folder], { reserve: { header: 3, data: 5 } })),
  ];
}
