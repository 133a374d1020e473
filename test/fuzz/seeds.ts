/** By target: what its fuzzing begins with, beside the corpus. */
import { cabinetSeeds } from "./seeds-cabinet.js";
import { infSeeds, signatureSeeds } from "./seeds-driver.js";
import { isoSeeds, udfSeeds } from "./seeds-disc.js";
import { listingSeeds } from "./seeds-machine.js";
import { fatSeeds, hiveSeeds, manifestSeeds, ntfsSeeds } from "./seeds-volume.js";
import { chunkSeeds, wimMetadataSeeds, wimResourceSeeds, wimTableSeeds, wimXmlSeeds } from "./seeds-wim.js";

/** A reader that is fuzzed; the name is that of its file in `targets/` and of its corpus. */
export const seedsOf: Readonly<Record<string, () => Promise<readonly Uint8Array[]>>> = {
  udf: udfSeeds,
  iso9660: isoSeeds,
  "wim-tables": wimTableSeeds,
  "wim-xml": wimXmlSeeds,
  "wim-metadata": wimMetadataSeeds,
  "wim-resource": wimResourceSeeds,
  lzx: () => chunkSeeds("lzx"),
  xpress: () => chunkSeeds("xpress"),
  hive: hiveSeeds,
  manifest: manifestSeeds,
  fat32: fatSeeds,
  ntfs: ntfsSeeds,
  inf: infSeeds,
  signatures: signatureSeeds,
  cabinet: cabinetSeeds,
  listing: listingSeeds,
};
