/** Reads a whole metadata resource (WIM specification, "Metadata resource format"), whose tree needs all of it. */
import { metadataLimit } from "../metadata.js";
import type { ResourceHeader } from "../resource.js";
import { wimError, wimLimit } from "../resource.js";
import type { Wim } from "../index.js";
import type { ResourceFormat } from "./chunks.js";
import { chunkLayout, resourceFormat } from "./chunks.js";
import type { ResourceReader } from "./resource-reader.js";
import { createResourceReader, readWhole } from "./resource-reader.js";

/** A whole metadata resource; throws `wim-unsupported` where it is larger than `metadataLimit`. */
export async function readMetadata(
  reader: ResourceReader,
  resource: ResourceHeader,
  format: ResourceFormat,
): Promise<Uint8Array> {
  // A size that contradicts the resource is damage; only one that could be true is a limit.
  chunkLayout(resource, format);
  if (resource.originalSize > metadataLimit) {
    const seen = `${resource.originalSize} bytes of metadata`;
    throw wimLimit(format, `an image has ${seen}, expected at most ${metadataLimit}`);
  }
  return readWhole(reader, resource);
}

/** An image's whole metadata resource; `image` is counted from 1. Throws `wim-damaged` where there is no such image. */
export async function readImageMetadata(wim: Wim, image: number): Promise<Uint8Array> {
  const { metadata } = await wim.lookupTable();
  const entry = metadata[image - 1];
  if (entry === undefined) throw wimError("wim-damaged", wim, `there is no image ${image}, only ${metadata.length}`);
  const format = resourceFormat(wim.name, wim.header);
  return readMetadata(createResourceReader(wim.source, format), entry.resource, format);
}
