/** Limits of what is read of a folder of drivers: each is above every package that is known, and keeps hostile ones small. */
import { KiB, MiB } from "../bytes/units.js";

/** A folder of drivers: one for every device of a machine has some hundred files, all folders of a large vendor's set 5,000. */
export const driverFolderLimits = { entries: 10_000, depth: 32 };

/** Bytes of an INF. The largest that vendors ship, those of graphics cards, have about 3 MiB in UTF-16. */
export const infSizeLimit = 8 * MiB;

/** Characters of a field before and after `%strings%` are put in; Windows' own limit (MAX_INF_STRING_LENGTH of setupapi.h). */
export const infFieldLimit = 4 * KiB;

/** Lines of an INF; those of graphics cards have some ten thousand. */
export const infLineLimit = 200_000;

/** Fields of one line: binary values of the registry are a field a byte. */
export const infLineFieldLimit = 16_384;

/** Characters that `%strings%` may make of one INF in all. */
export const infExpansionLimit = 16 * MiB;

/** Hardware and compatible ids of one INF for one Windows. */
export const infIdLimit = 50_000;

/** Files of one package. */
export const packageFileLimit = 5_000;

/** Bytes of a catalog; those of printers with thousands of files have about 1 MiB. */
export const catalogSizeLimit = 8 * MiB;

/** Bytes of a file that is read to hash it. */
export const driverFileSizeLimit = 256 * MiB;
