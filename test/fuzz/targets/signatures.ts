/** A catalog of a driver, and a program with a signature in it: the first byte says which. */
import { embeddedSignature, programDigests } from "../../../src/drivers/signatures/authenticode.js";
import { parseCatalog } from "../../../src/drivers/signatures/catalog.js";
import { DerFault } from "../../../src/drivers/signatures/der.js";
import { readPortableExecutable } from "../../../src/drivers/portable-executable.js";
import { foreseen } from "../foreseen.js";

// The libraries are loaded and instrumented with the target, not within its first input.
await readPortableExecutable(new Uint8Array());
await foreseen(() => parseCatalog(new Uint8Array()), DerFault);

/** First bytes. */
export const signedFiles = { catalog: 0, program: 1 } as const;

export async function fuzz(input: Uint8Array): Promise<void> {
  const data = Uint8Array.from(input.subarray(1));
  if (input[0] === signedFiles.catalog) {
    await foreseen(() => parseCatalog(data), DerFault);
    return;
  }
  const program = await readPortableExecutable(data);
  if (program === null) return;
  await embeddedSignature(data, program);
  await programDigests(data, program, "SHA-1");
}
