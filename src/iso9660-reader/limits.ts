/**
 * Every bound on what an image may claim. Real discs stay far below each of them; a damaged or hostile image that goes
 * above one is refused before memory is taken or a loop is entered.
 */
import { KiB, MiB } from "../bytes/units.js";

/** ECMA-119 6.1.1 and ECMA-167 2/5.1: volume structures begin behind a system area of 16 sectors of 2048 bytes. */
export const systemAreaSize = 32 * KiB;
/** ECMA-119 6.1.2: the logical sector of optical media, which also is the size of a volume descriptor. */
export const logicalSectorSize = 2 * KiB;

/** Files, directories, deleted and parent entries of one image; the fullest Windows disc has some ten thousand. */
export const maximumEntries = 90_000;
/** UDF 2, "Maximum Pathsize"; ECMA-119 6.8.2.1 allows a quarter of it. */
export const maximumPathLength = 1023;
/** All paths of an image together, in characters: a layout keeps each of them. */
export const maximumPathCharacters = 12 * MiB;
/** Windows' longest path, 260 characters, holds 128 names of one character; nothing deeper can be used by it. */
export const maximumDepth = 128;
/** One directory: as many entries as an image may have, of 180 bytes, twice the mean of real discs. */
export const maximumDirectorySize = 16 * MiB;
/** All directories of an image together, so that its entries cannot each claim the largest directory. */
export const maximumDirectoryBytes = 64 * MiB;
/** All extents of all files of an image, before adjacent ones are joined, and all blocks of descriptors: two an entry. */
export const maximumExtents = 256 * KiB;
/** Allocation descriptors of one file: 16 GiB recorded in packets of 64 KiB. */
export const maximumAllocationDescriptors = 256 * KiB;
/** Allocation extent descriptors chained behind one another for one file; each holds over 100 descriptors. */
export const maximumContinuations = 4 * KiB;
/** Descriptors of one volume descriptor sequence; 16 blocks are the minimum extent, and one pointer each may follow. */
export const maximumSequenceDescriptors = 1 * KiB;
/** Descriptors of a volume recognition sequence or volume descriptor set: real ones have fewer than ten. */
export const maximumRecognitionDescriptors = 256;
/** Rewrites of one ICB by strategy 4096 before the chain counts as endless. */
export const maximumIcbChain = 4 * KiB;
/** UDF 2.1.6 allows two maps in practice (physical and virtual or metadata); more are legal but unseen. */
export const maximumPartitionMaps = 16;
/** A Virtual Allocation Table: 4 bytes a block, a million blocks of 2048 bytes hold a DVD's metadata twice. */
export const maximumVirtualTableSize = 16 * MiB;
/** Blocks before the image's end in which the last one recorded, the virtual table's ICB, is looked for. */
export const maximumVirtualTableSearch = 512;
/** A sparing table: an entry of 8 bytes for each of 64 Ki packets, sixty times the usual number. */
export const maximumSparingTableSize = 512 * KiB;
/** Entries of an El Torito boot catalogue: two logical sectors of 32 bytes each. */
export const maximumBootCatalogueEntries = 128;
/** Continuation areas of one directory record's system use field (SUSP); what Linux follows at most. */
export const maximumSystemUseAreas = 32;
/** All system use entries of one record: a name and a link of the longest POSIX allows take a tenth of it. */
export const maximumSystemUseBytes = 64 * KiB;
/** A Rock Ridge name: POSIX's NAME_MAX is 255 bytes, and no file system of a stick takes more characters. */
export const maximumNameBytes = 1 * KiB;
/** Links that lead to links; Linux follows 40. */
export const maximumLinksFollowed = 40;
/** Names looked up for all links of an image together; above it, links are left out. */
export const maximumLinkSteps = 1024 * KiB;
