/** How the plan of a disk begins, whatever the file system: the master boot record, and a second part of its code if it has one. */
import type { LayoutBuilder } from "../extents/layout.js";
import { mbrPromptBootCode } from "./boot/code.js";
import { encodeMasterBootRecord, type MasterBootRecordOptions } from "./mbr.js";
import { sectorSize } from "./plan.js";

/** With `bootPrompt`, the code that asks for a key comes in the place of `bootCode`. */
export function placeDiskStart(
  list: LayoutBuilder,
  { bootPrompt = false, ...options }: MasterBootRecordOptions & { readonly bootPrompt?: boolean | undefined },
): void {
  const { sector0, second } = mbrPromptBootCode;
  list.bytes(0, encodeMasterBootRecord(bootPrompt ? { ...options, bootCode: sector0 } : options));
  // Sector 1 is free: a disk with a GPT has its header there, and this one has none.
  if (bootPrompt) list.bytes(sectorSize, second);
}
