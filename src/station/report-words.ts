/** How sticks ended, in words: for a page and for a terminal. */
import type { StickVerdict } from "./journal-line.js";

export const verdictWords: Readonly<Record<StickVerdict, string>> = {
  done: "done",
  failed: "failed",
  pulled: "pulled early",
  interrupted: "stopped",
  refused: "not taken",
};

type Counts = Readonly<Record<StickVerdict, number>>;

/** `12 done, 1 failed, 3 not taken`: what there is. */
export function countWords(counts: Counts): string {
  return [`${counts.done} ${verdictWords.done}`, ...countsBeside(counts, ["done"])].join(", ");
}

/** `1 failed`, `2 pulled early`: of each verdict but these what there is, in the order of `verdictWords`. */
export function countsBeside(counts: Counts, others: readonly StickVerdict[]): string[] {
  const all = Object.entries(verdictWords) as [StickVerdict, string][];
  return all
    .filter(([verdict]) => !others.includes(verdict) && counts[verdict] > 0)
    .map(([verdict, word]) => `${counts[verdict]} ${word}`);
}

/** `2026-11-29 08:05` of a time in UTC. */
export function minuteOf(iso: string): string {
  return iso.slice(0, "2026-11-29T08:05".length).replace("T", " ");
}
