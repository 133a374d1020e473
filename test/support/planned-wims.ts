/** Plans of WIMs as bytes, for tests. */
import { createHash } from "node:crypto";
import type { Extent } from "../../src/extents/extent.js";
import { assertLayout, layoutEnd } from "../../src/extents/extent.js";
import { concatenate, fromBytes } from "../../src/extents/layout.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { EntryTimes } from "../../src/wim/image-edit.js";
import { openWim } from "../../src/wim/index.js";
import type { WimChange, WimPlan } from "../../src/wim/plan.js";
import { planWim } from "../../src/wim/plan.js";

export const createSha1 = () => createHash("sha1");

/** 2009-07-14, when Windows 7 was finished, as a FILETIME. */
const finished = 128_920_032_000_000_000n;
export const givenTimes: EntryTimes = {
  creationTime: finished,
  lastAccessTime: finished + 10_000_000n,
  lastWriteTime: finished + 20_000_000n,
};

export function contentOf(content: string | Uint8Array): readonly Extent[] {
  return concatenate([fromBytes(typeof content === "string" ? new TextEncoder().encode(content) : content)]);
}

/** The plan of a changed WIM, and its bytes. */
export async function planned(
  data: Uint8Array,
  change: Partial<WimChange> = {},
): Promise<{ plan: WimPlan; bytes: Uint8Array }> {
  const plan = await planWim(
    await openWim(memorySource(data), "test.wim"),
    { integrityTable: "recompute", ...change },
    createSha1,
  );
  assertLayout(plan.extents, plan.size);
  if (layoutEnd(plan.extents) !== plan.size) throw new Error(`${layoutEnd(plan.extents)} bytes of ${plan.size}`);
  return { plan, bytes: await layoutSource(plan.extents, plan.size).read(0, plan.size) };
}
