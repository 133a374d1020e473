/** A cabinet: its tables, its blocks, and what its first files hold; once as it is, and once without checksums, which is no fault. */
import { CabinetFault, checkBlocks, openCabinet, readCabinetFile } from "../../../src/cabinet/index.js";
import type { Cabinet } from "../../../src/cabinet/index.js";
import { dataRecord } from "../../../src/cabinet/records.js";
import { memorySource } from "../../../src/source/byte-source.js";
import { foreseen } from "../foreseen.js";

const mostFiles = 4;
const largestFile = 2 ** 20;

export async function fuzz(input: Uint8Array): Promise<void> {
  const data = Uint8Array.from(input);
  const cabinet = await foreseen(() => openCabinet(memorySource(data)), CabinetFault);
  if (cabinet === undefined) return;
  await foreseen(() => checkBlocks(cabinet), CabinetFault);
  removeChecksums(cabinet, data);
  for (const file of cabinet.files.slice(0, mostFiles)) {
    await foreseen(() => readCabinetFile(cabinet, file, largestFile), CabinetFault);
  }
}

/** Of as many blocks as there can be; the tables were read before. */
function removeChecksums({ folders, blockReserve }: Cabinet, data: Uint8Array): void {
  for (const { firstBlock, blocks } of folders.slice(0, mostFiles)) {
    let at = firstBlock;
    for (let block = 0; block < blocks && at + dataRecord.size <= data.length; block += 1) {
      dataRecord.patch(data, at, { csum: 0 });
      at += dataRecord.size + blockReserve + dataRecord.decode(data, at).cbData;
    }
  }
}
