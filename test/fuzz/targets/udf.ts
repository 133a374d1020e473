/** UDF: from the anchors to the tree, with tags made right again, which no change by chance would. */
import { readUdf } from "../../../src/iso9660-reader/udf/file-system.js";
import { descriptorCrc } from "../../../src/iso9660-reader/udf/crc.js";
import { descriptorTag } from "../../../src/iso9660-reader/udf/fields.js";
import { startReading } from "../../../src/iso9660-reader/reading.js";
import { largestDisc, tryContents } from "../disc.js";
import { foreseen } from "../foreseen.js";
import type { SparseImage } from "../sparse.js";
import { decodeSparse, leaveSeals, sparseSource } from "../sparse.js";

export async function fuzz(data: Uint8Array): Promise<void> {
  const image = decodeSparse(data, largestDisc);
  if ((image.flags & leaveSeals) === 0) sealTags(image);
  const reading = startReading(sparseSource(image));
  const volume = await foreseen(() => readUdf(reading));
  if (volume !== undefined) await tryContents(volume.tree);
}

/** ECMA-167 3/7.2.1 and 4/7.2.1. */
const isIdentifier = (value: number): boolean => (value >= 1 && value <= 9) || (value >= 256 && value <= 266);
const tagAlignment = 4;

function sealTags(image: SparseImage): void {
  for (const { offset, bytes } of image.pieces) {
    for (let at = -offset & (tagAlignment - 1); at + descriptorTag.size <= bytes.length; at += tagAlignment) {
      const { identifier, version, crcLength } = descriptorTag.decode(bytes, at);
      if (!isIdentifier(identifier) || version < 2 || version > 3) continue;
      const content = image.bytes(offset + at + descriptorTag.size, crcLength);
      descriptorTag.patch(bytes, at, { crc: descriptorCrc(content, 0, content.length), checksum: 0 });
      let sum = 0;
      for (let index = 0; index < descriptorTag.size; index += 1) sum += bytes[at + index]!;
      descriptorTag.patch(bytes, at, { checksum: sum & 0xff });
    }
  }
}
