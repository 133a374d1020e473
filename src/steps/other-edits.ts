/** Was a target made with the same changes to the image's files as are given to a check? */
import type { OtherLayout } from "../check/other-image.js";
import type { PlannedEdit } from "../volumes/plan.js";

/** Undefined where they are the same, in the same order. */
export function otherEdits(given: readonly PlannedEdit[], written: readonly PlannedEdit[]): OtherLayout | undefined {
  const lacking = written.filter((edit) => !given.some((each) => isSame(each, edit)));
  const surplus = given.filter((edit) => !written.some((each) => isSame(each, edit)));
  const reasons = [
    ...lacking.map((edit) => `it was made with ${words(edit)}, which was not given`),
    ...surplus.map((edit) => `it was made without ${words(edit)}`),
  ];
  const inOrder = written.length === given.length && written.every((edit, index) => isSame(edit, given[index]!));
  if (reasons.length === 0 && !inOrder) reasons.push("what was added to it was added in another order");
  return reasons.length === 0 ? undefined : { kind: "other-edits", reason: reasons.join("; ") };
}

function isSame(one: PlannedEdit, other: PlannedEdit): boolean {
  return one.kind === other.kind && one.value === other.value && one.sha256 === other.sha256;
}

/** Of a kind that a later version made, too. */
function words({ kind, value, sha256 }: PlannedEdit): string {
  const hash = sha256 === null ? "" : ` of the SHA-256 ${sha256}`;
  if (kind === "edition") return value === "menu" ? "the menu of editions" : `the edition ${value}`;
  if (kind === "answer-file") return `an answer file${hash}`;
  if (kind === "uefi-boot") return "what UEFI starts";
  if (kind === "updates") return `updates${hash}`;
  if (kind === "drivers") return `drivers${hash}`;
  if (kind === "add") return `a folder${hash}${value === "" ? "" : ` in ${value}`}`;
  return `${kind}${value === "" ? "" : ` ${value}`}${hash}`;
}
