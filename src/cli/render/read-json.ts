/** The last event of `read --json`; its names are the public contract. The text for people is made from it. */
import type { ReadResult } from "../../steps/read-disc.js";
import { verificationReport } from "./verification.js";

export type ReadDone = ReturnType<typeof readDone>;

/** `now` in milliseconds since 1970. */
export function readDone(result: ReadResult, now: number) {
  const { verification, unread, ...facts } = result;
  return {
    schema: 1,
    event: "done",
    ...facts,
    verdict: unread === null ? (verification?.verdict ?? null) : "incomplete",
    unread,
    verification: verification === null ? null : verificationReport(verification, now),
  } as const;
}
