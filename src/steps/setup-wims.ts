/**
 * The WIMs that a stick starts and installs from, looked at before anything is written: whether their lookup tables can be
 * read, and of a split one all that a verification without contents looks at, and whether the parts belong together. A part
 * that is cut or of another set would be found when a PC is installed, and not before.
 */
import { Win7UsbError } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { contentSource } from "../tree/index.js";
import { partSetChecks } from "../verification/part-sets.js";
import { outcomeOf } from "../verification/read-image.js";
import { examineWims, wimSets, type WimSet } from "../verification/wims.js";
import { openWim } from "../wim/index.js";
import type { WindowsIdentity } from "../windows/index.js";

const fetchAgain = "The image is damaged: fetch it again and compare its hash with the published one.";

/** What is damaged in them; parts that are missing by their number are the refusal `no-boot-files`. */
export async function setupWimFailures(
  tree: FileTree,
  { installImage, bootImages }: WindowsIdentity,
): Promise<Win7UsbError[]> {
  const used = [installImage?.path, bootImages?.path].map((path) => path?.toLowerCase());
  const stems = used.flatMap((path) => path?.replace(/\.\w+$/, "") ?? []);
  // Those alone: however many others there are, these are looked at.
  const sets = wimSets(tree, (path) => stems.some((stem) => path.toLowerCase().startsWith(stem))).filter(({ name }) =>
    used.includes(name.toLowerCase()),
  );
  const failures: Win7UsbError[] = [];
  for (const set of sets) {
    failures.push(...(set.parts.length === 1 ? await tableFailures(set) : await setFailures(set, installImage)));
  }
  return failures;
}

async function tableFailures({ name, parts }: WimSet): Promise<Win7UsbError[]> {
  const { problem } = await outcomeOf(openWim(contentSource(parts[0]!.file), name).then((wim) => wim.lookupTable()));
  return problem === null || problem.code === "wim-unsupported" ? [] : [problem];
}

async function setFailures(set: WimSet, installImage: WindowsIdentity["installImage"]): Promise<Win7UsbError[]> {
  const checks = (await examineWims([set], null)).flatMap((outcome) => outcome.checks);
  if (installImage?.missingParts.length === 0) checks.push(...(await partSetChecks([set])));
  return checks
    .filter(({ status }) => status === "fail")
    .map(
      ({ message, hint }) =>
        new Win7UsbError("wim-damaged", message, { hint: hint ?? fetchAgain, data: { wim: set.name } }),
    );
}
