/** Is it one disc of several? Its split WIMs say which parts they are, and of how many. */
import { wimSets } from "../../verification/wims.js";
import { contentSource, type FileTree } from "../../tree/index.js";
import { readHeader } from "../../wim/header.js";
import { outcomeOf } from "../../verification/read-image.js";

/** Parts of a WIM that are on other discs. */
export type SplitOverDiscs = {
  /** Path of the first part that is here. */
  readonly name: string;
  readonly parts: readonly number[];
  readonly totalParts: number;
  readonly missing: readonly number[];
};

/** Those of which this disc lacks parts; none where it has all, or where they cannot be read. */
export async function splitOverDiscs(tree: FileTree): Promise<SplitOverDiscs[]> {
  const found: SplitOverDiscs[] = [];
  for (const { name, parts } of wimSets(tree)) {
    const numbers = new Set<number>();
    let totalParts = 1;
    for (const { path, file } of parts) {
      const { value: header } = await outcomeOf(readHeader(contentSource(file), { name: path }));
      if (header === null) continue;
      totalParts = Math.max(totalParts, header.totalParts);
      numbers.add(header.partNumber);
    }
    // 16 bits of a header: no more than 65,535.
    const all = Array.from({ length: totalParts }, (_, index) => index + 1);
    const missing = all.filter((number) => !numbers.has(number));
    if (numbers.size > 0 && missing.length > 0) {
      found.push({ name, parts: [...numbers].toSorted((a, b) => a - b), totalParts, missing });
    }
  }
  return found;
}
