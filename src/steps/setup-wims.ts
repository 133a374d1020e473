/**
 * The WIMs that a stick starts and installs from, looked at before anything is written as a verification looks at them
 * without their contents: header, XML data, tables, and whether the parts of a set belong together. A part that is cut or of
 * another set would be found when a PC is installed, and not before.
 */
import { Win7UsbError } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { partSetChecks } from "../verification/part-sets.js";
import type { Check } from "../verification/verdict.js";
import { examineWims, wimSets } from "../verification/wims.js";
import type { WindowsIdentity } from "../windows/index.js";

const hint = "The image is damaged: fetch it again and compare its hash with the published one.";

/** What is damaged in them; parts that are missing by their number are the refusal `no-boot-files`. */
export async function setupWimFailures(
  tree: FileTree,
  { installImage, bootImages }: WindowsIdentity,
): Promise<Win7UsbError[]> {
  const used = [installImage?.path, bootImages?.path].map((path) => path?.toLowerCase());
  const sets = wimSets(tree).filter(({ name }) => used.includes(name.toLowerCase()));
  const checks: Check[] = (await examineWims(sets, null)).flatMap((outcome) => outcome.checks);
  if (installImage?.missingParts.length === 0) checks.push(...(await partSetChecks(sets)));
  return checks
    .filter(({ status }) => status === "fail")
    .map((check) => new Win7UsbError("wim-damaged", check.message, { hint: check.hint ?? hint }));
}
