/** A WIM's XML data. The first byte is the number of images; its top bit tells UTF-16 as it is from text in 8 bits. */
import { parseImages } from "../../../src/wim/xml.js";
import { foreseenNow } from "../foreseen.js";

const asItIs = 0x80;

export function fuzz(data: Uint8Array): void {
  const [first = 0, ...text] = data;
  const xml =
    (first & asItIs) === 0
      ? Uint8Array.from([0xff, 0xfe, ...text.flatMap((byte) => [byte, 0])])
      : Uint8Array.from(text);
  foreseenNow(() => parseImages(xml, first & ~asItIs, { name: "a.wim" }));
}
