/**
 * Whether files are all parts of one split WIM, each once. Parts share `gWIMGuid` and `usTotalParts`, and `usPartNumber`
 * counts them from 1 (WIM specification, `WIMHEADER_V1_PACKED`).
 */
import { agreeing, count } from "../bytes/amounts.js";
import type { WimHeader } from "./header.js";

export type SetPart = {
  readonly name: string;
  readonly header: Pick<WimHeader, "guid" | "partNumber" | "totalParts" | "compression" | "chunkSize">;
};

/** Missing parts that are named one by one; a damaged header may claim 65,535 of them. */
const namedPartsLimit = 20;

/** The first problem of the set and the part that it was found in; null where there is none. Needs at least one part. */
export function partSetProblem(parts: readonly SetPart[]): { readonly name: string; readonly text: string } | null {
  const [first, ...others] = parts.toSorted((a, b) => a.header.partNumber - b.header.partNumber);
  if (first === undefined) throw new RangeError("there is no WIM to verify");
  const { guid, totalParts, compression, chunkSize } = first.header;
  for (const { name, header } of others) {
    if (header.guid !== guid) {
      return { name, text: `it belongs to another set (GUID ${header.guid}) than ${first.name} (${guid})` };
    }
    if (header.totalParts !== totalParts) {
      return {
        name,
        text: `it belongs to a set of ${count(header.totalParts, "part")}, ${first.name} to one of ${totalParts}`,
      };
    }
    if (header.compression !== compression || header.chunkSize !== chunkSize) {
      return { name, text: `its compression is another one than that of ${first.name}` };
    }
  }
  const byNumber = new Map<number, string>();
  for (const { name, header } of [first, ...others]) {
    const other = byNumber.get(header.partNumber);
    if (other !== undefined) return { name, text: `it is part ${header.partNumber} of ${totalParts}, as ${other} is` };
    byNumber.set(header.partNumber, name);
  }
  return byNumber.size === totalParts ? null : { name: first.name, text: missingText(byNumber, totalParts) };
}

function missingText(present: ReadonlyMap<number, string>, totalParts: number): string {
  const missing: number[] = [];
  for (let part = 1; part <= totalParts && missing.length < namedPartsLimit; part += 1) {
    if (!present.has(part)) missing.push(part);
  }
  const number = totalParts - present.size;
  const more = number > missing.length ? ` and ${number - missing.length} more` : "";
  const verb = agreeing(number, "is", "are");
  return `${agreeing(number, "part")} ${missing.join(", ")}${more} of ${totalParts} ${verb} missing`;
}
