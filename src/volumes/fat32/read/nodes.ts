/**
 * What a FAT32 volume that win7usb laid out says of its files, for a tree that is laid out again. Trap: FAT keeps two seconds of
 * a time, or ten milliseconds; a time that is known more exactly from elsewhere and is kept as the same is taken in its place.
 */
import type { Span } from "../../../extents/extent.js";
import type { ReadBytes } from "../../../source/byte-source.js";
import type { FileAttributes, FileTimes } from "../../../tree/index.js";
import type { ListedNode } from "../../listed-node.js";
import { entryAttributes, type FatDirectoryEntry } from "../records/directory-entry.js";
import { fatTime, instantOfFat, type FatTime } from "../records/time.js";
import { readFatVolume } from "./volume.js";

/** The root first; those of one directory in its order. `known`: times of the tree in milliseconds since 1970. Throws as `readFatVolume`. */
export async function fatNodes(read: ReadBytes, partition: Span, known: readonly number[]): Promise<ListedNode[]> {
  const { entries, labelDate, labelTime } = await readFatVolume(read, partition);
  const exact = new ExactTimes(known);
  const modified = exact.of({ date: labelDate, time: labelTime, hundredths: null });
  const root = { path: "", directory: true, times: modified === undefined ? {} : { modified }, attributes: {} };
  return [
    root,
    ...entries.map(({ path, directory, fields }) => {
      return { path, directory, times: timesOf(fields, exact), attributes: attributesOf(fields) };
    }),
  ];
}

/** `hundredths` is null where FAT keeps none. */
type Kept = Omit<FatTime, "hundredths"> & { readonly hundredths: number | null };

class ExactTimes {
  readonly #known = new Map<string, number>();

  constructor(known: readonly number[]) {
    for (const instant of known) {
      const { date, time, hundredths } = fatTime(instant);
      for (const kept of [hundredths, null]) this.#known.set(keyOf({ date, time, hundredths: kept }), instant);
    }
  }

  of(kept: Kept): number | undefined {
    return this.#known.get(keyOf(kept)) ?? instantOfFat({ ...kept, hundredths: kept.hundredths ?? 0 });
  }
}

const keyOf = ({ date, time, hundredths }: Kept): string => `${date} ${time} ${hundredths}`;

function timesOf(fields: FatDirectoryEntry, exact: ExactTimes): FileTimes {
  const { creationDate, creationTime, creationHundredths, lastAccessDate, writeDate, writeTime } = fields;
  const created = exact.of({ date: creationDate, time: creationTime, hundredths: creationHundredths });
  const modified = exact.of({ date: writeDate, time: writeTime, hundredths: null });
  const accessed = instantOfFat({ date: lastAccessDate, time: 0, hundredths: 0 });
  return {
    ...(created === undefined ? {} : { created }),
    ...(modified === undefined ? {} : { modified }),
    ...(accessed === undefined ? {} : { accessed }),
  };
}

function attributesOf({ attributes }: FatDirectoryEntry): FileAttributes {
  const has = (bit: number): boolean => (attributes & bit) !== 0;
  return {
    ...(has(entryAttributes.readOnly) ? { readOnly: true } : {}),
    ...(has(entryAttributes.hidden) ? { hidden: true } : {}),
    ...(has(entryAttributes.system) ? { system: true } : {}),
  };
}
