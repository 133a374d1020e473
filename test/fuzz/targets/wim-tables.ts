/** A WIM's header, XML data, lookup table and integrity table. */
import { memorySource } from "../../../src/source/byte-source.js";
import { resourceFormat } from "../../../src/wim/compression/chunks.js";
import { openWim } from "../../../src/wim/index.js";
import { partSetProblem } from "../../../src/wim/part-set.js";
import { checkText, foreseen } from "../foreseen.js";

export async function fuzz(data: Uint8Array): Promise<void> {
  const wim = await foreseen(() => openWim(memorySource(Uint8Array.from(data)), "a.wim"));
  if (wim === undefined) return;
  resourceFormat(wim.name, wim.header);
  checkText(partSetProblem([wim, wim])?.text ?? "");
  await foreseen(() => wim.integrityTable());
  const table = await foreseen(() => wim.lookupTable());
  for (const { hash } of table?.entries ?? [])
    if (hash.length !== 20) throw new Error(`a hash of ${hash.length} bytes`);
}
