/**
 * What is no ISO image is called by its name, with the next step: people give the archive that the ISO came in, the page
 * that it was to be downloaded from, or a stick. Only what the reader has refused is looked at, so that nothing here
 * decides what an ISO is.
 */
import { isAllZeros } from "../../bytes/zeros.js";
import { MiB } from "../../bytes/units.js";
import { Win7UsbError } from "../../errors.js";
import type { ByteSource } from "../../source/byte-source.js";
import type { Foreign } from "./signatures.js";
import { foreignBySignature, signatureReach } from "./signatures.js";
import { foreignText, textLength } from "./text.js";

/** The first zeros that are read: enough to say that a file was made and never filled. */
const zerosRead = 16 * MiB;
const headLength = 8192;

/** The result of `read`; where that is no ISO image, the `image-not-iso` that says what `source` is instead. */
export async function namingForeign<T>(source: ByteSource, path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Win7UsbError) || error.code !== "image-not-iso") throw error;
    const foreign = await foreignOf(source);
    if (foreign === undefined) throw error;
    const { format, is, next } = foreign;
    throw new Win7UsbError("image-not-iso", `this is no ISO image: ${is}`, {
      hint: next,
      data: { path, size: source.size, format },
      cause: error,
    });
  }
}

async function foreignOf(source: ByteSource): Promise<Foreign | undefined> {
  const { size } = source;
  if (size === 0) {
    const next = "Nothing was written into it: download or copy it again.";
    return { format: "empty", is: "it is empty", next };
  }
  const head = await source.read(0, Math.min(Math.max(headLength, textLength), size));
  const reach = Math.min(signatureReach, size);
  const tail = await source.read(size - reach, reach);
  return (
    foreignBySignature(head, tail) ?? (await zeros(source)) ?? (await diskOf(source, head)) ?? foreignText(head, size)
  );
}

/** What knows disks is loaded where something may be one: an ISO needs none of it. */
async function diskOf(source: ByteSource, head: Uint8Array): Promise<Foreign | undefined> {
  const { foreignDisk } = await import("./disk.js");
  return foreignDisk(source, head);
}

async function zeros(source: ByteSource): Promise<Foreign | undefined> {
  const length = Math.min(source.size, zerosRead);
  for (let at = 0; at < length; at += MiB) {
    if (!isAllZeros(await source.read(at, Math.min(MiB, length - at)))) return undefined;
  }
  const which = length === source.size ? `all of its ${length} bytes` : `its first ${length} bytes`;
  const next = "It was made and not filled, or only its beginning was copied: download or copy it again.";
  return { format: "zeros", is: `${which} are zeros`, next };
}
