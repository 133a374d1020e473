/** How sticks ended, in words: for a page and for a terminal. */
import type { StickVerdict } from "./journal-line.js";

export const verdictWords: Readonly<Record<StickVerdict, string>> = {
  done: "done",
  failed: "failed",
  pulled: "pulled early",
  interrupted: "stopped",
  refused: "not taken",
};

/** `12 done, 1 failed, 3 not taken`: what there is. */
export function countWords(counts: Readonly<Record<StickVerdict, number>>): string {
  const all = Object.entries(verdictWords) as [StickVerdict, string][];
  return all
    .filter(([verdict]) => verdict === "done" || counts[verdict] > 0)
    .map(([verdict, word]) => `${counts[verdict]} ${word}`)
    .join(", ");
}

/** `2026-11-29 08:05` of a time in UTC. */
export function minuteOf(iso: string): string {
  return iso.slice(0, "2026-11-29T08:05".length).replace("T", " ");
}
