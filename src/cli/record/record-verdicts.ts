/** Verdicts for a record, in the words that the command itself says. */
import type { TargetDone } from "../../progress/events.js";
import { streamName, type RecordTarget, type RecordVerdict, type Tone } from "../../record/index.js";
import type { CheckResult } from "../../steps/check-target.js";
import type { Invocation } from "../options.js";
import { checkSummary, checkWord } from "../render/check-result.js";
import { verdictParts } from "../render/verification-text.js";
import type { VerificationReport } from "../render/verification.js";
import { whatWasDone } from "../render/write-result.js";
import { errorFields } from "../report-error.js";

export function doneVerdict(done: TargetDone, { kind }: Pick<RecordTarget, "kind">): RecordVerdict {
  const tone = done.verified ? "good" : "warning";
  const sentence = kind === "stream" ? `sent to ${streamName}, and not read back` : `${done.path} ${whatWasDone(done)}`;
  return { tone, word: "done", sentence, hint: null };
}

const verificationTones = { genuine: "good", intact: "good", damaged: "bad", unsuitable: "warning" } as const;

export function verificationVerdict(report: VerificationReport): RecordVerdict {
  const { words, text } = verdictParts(report);
  return { tone: verificationTones[report.verdict], word: words, sentence: text, hint: null };
}

const checkTones: Readonly<Record<CheckResult["verdict"], Tone>> = {
  match: "good",
  mismatch: "bad",
  unreadable: "warning",
};

export function checkVerdict(result: CheckResult): RecordVerdict {
  const sentence = `${result.target.path} ${checkSummary(result)}`;
  return { tone: checkTones[result.verdict], word: checkWord(result), sentence, hint: null };
}

/** One for each thing that stood in the way. */
export function failedVerdicts(error: unknown, invocation: Invocation): RecordVerdict[] {
  const fields = errorFields(error, invocation);
  return [fields, ...(fields.others ?? [])].map(({ code, message, hint = null }) => {
    const isInterrupted = code === "interrupted";
    return {
      tone: isInterrupted ? "warning" : "bad",
      word: isInterrupted ? "interrupted" : "failed",
      sentence: message.replace(/^interrupted: /, ""),
      hint,
    };
  });
}
