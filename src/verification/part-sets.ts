/** Do the parts of a split WIM belong together? The tables of a part say nothing of the other parts. */
import { count } from "../bytes/amounts.js";
import { contentSource } from "../tree/index.js";
import type { WimHeader } from "../wim/header.js";
import { readHeader } from "../wim/header.js";
import { wimError } from "../wim/index.js";
import { partSetProblem } from "../wim/part-set.js";
import type { Check } from "./verdict.js";
import { outcomeOf } from "./read-image.js";
import type { WimSet } from "./wims.js";

const partsHint = "Copy all parts again, from one and the same set.";

/** One check for each split WIM; none where a part's header cannot be read, which the check of its tables reports. */
export async function partSetChecks(sets: readonly WimSet[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const set of sets) {
    if (set.more > 0) continue;
    const parts = await headersOf(set);
    if (parts === null || parts.every(({ header }) => header.totalParts === 1)) continue;
    const base = { id: "wim-parts", kind: "soundness", file: set.name } as const;
    const problem = partSetProblem(parts);
    if (problem === null) {
      checks.push({
        ...base,
        status: "pass",
        message: `${set.name}: all ${count(parts.length, "part")} belong together`,
      });
      continue;
    }
    const { code, message } = wimError("wim-damaged", problem, problem.text);
    checks.push({ ...base, status: "fail", code, message, hint: partsHint });
  }
  return checks;
}

async function headersOf(set: WimSet): Promise<{ name: string; header: WimHeader }[] | null> {
  const parts: { name: string; header: WimHeader }[] = [];
  for (const { path, file } of set.parts) {
    const { value } = await outcomeOf(readHeader(contentSource(file), { name: path }));
    if (value === null) return null;
    parts.push({ name: path, header: value });
  }
  return parts;
}
