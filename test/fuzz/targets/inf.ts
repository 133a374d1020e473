/** An INF of a driver, as Windows 7 x86 and x64 would read it. */
import { describeInf } from "../../../src/drivers/inf/describe-inf.js";
import { InfFault } from "../../../src/drivers/inf/inf-fault.js";
import { windows7On } from "../../../src/drivers/index.js";
import { checkText, foreseenNow } from "../foreseen.js";

const targets = (["x86", "amd64"] as const).map(windows7On);

export function fuzz(data: Uint8Array): void {
  const inf = Uint8Array.from(data);
  for (const target of targets) {
    const description = foreseenNow(() => describeInf(inf, target), InfFault);
    for (const { source } of description?.files ?? []) checkText(source);
  }
}
