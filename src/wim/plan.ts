/**
 * A WIM as it is to be, planned and not made: images chosen and edited, the rest as it is. Resources are never recompressed;
 * they stay ranges of the old WIM. What is new is stored as it is, which a compressed WIM allows for each resource by
 * itself (no `compressed` flag in its entry): wimlib reads such files and such metadata, and Windows 7's boot manager does,
 * too; Setup and DISM have not been tried. What nothing refers to any more is left out: contents whose references fall to 0,
 * the old metadata, free entries, and bytes between resources. The GUID is kept, and nothing comes from a clock: the same
 * WIM and the same changes give the same bytes.
 */
import { fromBytes, type LayoutPart } from "../extents/layout.js";
import { wimFlags } from "./header.js";
import type { ImageChange, ImagesPlan } from "./image-plan.js";
import { planImages } from "./image-plan.js";
import type { Wim } from "./index.js";
import type { PlannedWim } from "./layout.js";
import { finishWim, layOutWim, ownXmlData } from "./layout.js";
import { metadataPlaces } from "./lookup-table.js";
import { planResources } from "./plan-rows.js";
import { planIntegrity, type PlannedIntegrity } from "./planned-integrity.js";
import { wimError } from "./resource.js";
import type { CreateSha1 } from "./sha1.js";
import { checkWhole } from "./split.js";

export type WimChange = {
  /** The images that stay, at least one, counted from 1, ascending; all without it. They are numbered anew. */
  readonly images?: readonly number[];
  /** What is changed in them, by their old numbers. */
  readonly changes?: ReadonlyMap<number, ImageChange>;
  /** Where the WIM has an integrity table and what it covers moves: read what moved and hash it, or have none. */
  readonly integrityTable: "recompute" | "leave-out";
};

export type WimPlan = PlannedWim & {
  readonly integrityTable: PlannedIntegrity["state"];
  /** Contents that are stored anew, and that are left out because nothing refers to them any more. */
  readonly addedContents: number;
  readonly droppedContents: number;
};

/**
 * The WIM with these changes. Throws `wim-unsupported` for a WIM that cannot be changed, `wim-damaged`, and RangeError for
 * changes that do not fit it: images that are not there or none at all, paths, and contents that are none.
 */
export async function planWim(wim: Wim, change: WimChange, createSha1: CreateSha1): Promise<WimPlan> {
  checkWhole(wim);
  if ((wim.header.flags & wimFlags.writeInProgress) !== 0) {
    throw wimError("wim-damaged", wim, "writing it was interrupted");
  }
  const { changes = new Map<number, ImageChange>(), images = wim.images.map(({ index }) => index) } = change;
  checkImages(wim, images, changes);
  const imagesPlan = await planImages(wim, images, changes, createSha1);
  const { runs, addedContents, droppedContents } = await planResources(wim, images, imagesPlan, createSha1);
  const { bootIndex, flags } = wim.header;
  const layout = await layOutWim(wim, {
    runs,
    xmlDataAt: await xmlDataOf(wim, images, imagesPlan),
    partNumber: 1,
    totalParts: 1,
    flags,
    imageCount: images.length,
    bootIndex: images.indexOf(bootIndex) + 1,
    bootEntry: await bootEntryOf(wim),
  });
  const { table, state } = await planIntegrity(wim, layout, change.integrityTable, createSha1);
  return { ...finishWim(wim, layout, table), integrityTable: state, addedContents, droppedContents };
}

function checkImages(wim: Wim, images: readonly number[], changes: ReadonlyMap<number, ImageChange>): void {
  const { imageCount } = wim.header;
  if (images.length === 0 && imageCount > 0) throw new RangeError("no image is chosen, expected at least one");
  for (const [position, image] of images.entries()) {
    const least = position === 0 ? 1 : images[position - 1]! + 1;
    if (Number.isInteger(image) && image >= least && image <= imageCount) continue;
    throw new RangeError(`image ${image} is chosen, expected ascending numbers up to ${imageCount}`);
  }
  for (const image of changes.keys()) {
    if (!images.includes(image)) throw new RangeError(`image ${image} is changed but not among ${images.join(", ")}`);
  }
}

/** The place in the lookup table of the metadata that the header names: that of the image that is set to boot, or what it says. */
async function bootEntryOf(wim: Wim): Promise<number | undefined> {
  const { bootIndex, bootMetadata } = wim.header;
  const { entries } = await wim.lookupTable();
  const places = metadataPlaces(entries);
  if (bootIndex > 0) return places[bootIndex - 1];
  return places.find((place) => bootMetadata.size > 0 && entries.offsets[place] === bootMetadata.offset);
}

/** The XML data by its place: the document's TOTALBYTES counts the bytes in front of it (wimlib; Windows' own do alike). */
async function xmlDataOf(wim: Wim, images: readonly number[], { xml }: ImagesPlan) {
  const { changeXml } = await import("./xml-edit.js");
  return (offset: number): LayoutPart => {
    const totalBytes = offset - wim.header.xmlData.offset;
    const data = changeXml(wim.xmlData, { totalBytes, images, changes: xml }, wim);
    return data === wim.xmlData ? ownXmlData(wim) : fromBytes(data);
  };
}
