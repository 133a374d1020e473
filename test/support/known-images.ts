/** Rows of tables of published images, for images of our own. */
import type { KnownImage } from "../../src/windows/known-images/image.js";

export function knownImageRow(fields: Partial<KnownImage>): KnownImage {
  return {
    fileName: "own.iso",
    language: "en-US",
    edition: "Professional",
    channel: "Retail",
    architecture: "x86",
    release: "SP1",
    build: "7601.17514",
    independentOrigins: 3,
    ...fields,
  };
}
