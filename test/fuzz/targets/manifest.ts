/** The manifest, behind the unit of 512 bytes that the first four bytes name, with its length and SHA-256 made right. */
import { createHash } from "node:crypto";
import { digestSize, manifestHeader } from "../../../src/manifest/manifest.js";
import { readManifest } from "../../../src/manifest/read-manifest.js";
import { checkText } from "../foreseen.js";
import { sparseUnit } from "../sparse.js";

/** Bytes of the place in front. */
export const placeSize = 4;

export function fuzz(input: Uint8Array): void {
  if (input.length < placeSize + manifestHeader.size) return;
  const body = Uint8Array.from(input.subarray(placeSize));
  const areaOffset = new DataView(Uint8Array.from(input).buffer).getUint32(0, true) * sparseUnit;
  manifestHeader.patch(body, 0, { length: body.length + digestSize });
  const area = Buffer.concat([body, createHash("sha256").update(body).digest()]);
  const result = readManifest(new Uint8Array(area), areaOffset);
  if (result.kind !== "manifest") return checkText(result.reason);
  const { units, digests } = result.manifest;
  if (digests.length !== units.length * digestSize) throw new Error(`${units.length} units, ${digests.length} bytes`);
}
