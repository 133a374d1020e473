/** `win7usb verify`: is this ISO sound, genuine, and the one that is needed? */
import { exitCodes } from "../../errors.js";
import type { VerifyOptions, VerifyResult } from "../../steps/verify-image.js";
import { verify } from "../../steps/verify-image.js";
import { interruptible } from "../interrupt.js";
import type { VerifyInvocation } from "../options.js";
import type { Recorder } from "../record/recorder.js";
import { verificationProgress } from "../render/verification-progress.js";
import { verificationSummary, verificationText } from "../render/verification-text.js";
import { verificationReport, type VerificationReport } from "../render/verification.js";
import { parseRequirements } from "../requirements.js";
import { runOneOrSeveral, type Outcome } from "../several.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** What callers may put in the place of the package's own, a table of known images, and who keeps a record. */
export type VerifyInternals = Pick<VerifyOptions, "knownImages"> & { readonly recorder?: Recorder | undefined };

export async function verifyCommand(
  invocation: VerifyInvocation,
  terminal: Terminal,
  { recorder, ...internals }: VerifyInternals = {},
): Promise<number> {
  const { options } = invocation;
  const requirements = await parseRequirements(options.require);
  const work = async (path: string): Promise<Outcome<VerificationReport>> => {
    const progress = await verificationProgress(terminal);
    const verification = await interruptible(terminal, progress, (signal, show) =>
      verify(path, {
        deep: options.deep,
        md5: options.md5,
        allow: options.allow,
        requirements,
        signal,
        onEvent: show,
        ...internals,
      }),
    );
    const report = verificationReport(verification, terminal.now());
    recorder?.verified(report);
    return { report, exitCode: exitCodeFor(verification) };
  };
  const textOf = (report: VerificationReport): string =>
    verificationText(report, options.verbose === true, styleFor(terminal), terminal.columns);
  return runOneOrSeveral(invocation, terminal, work, {
    alone: textOf,
    columns: ["IMAGE", "VERDICT", "FOUND"],
    row: (report) => [report.verdict, verificationSummary(report)],
    beforeTable: (report) => (options.verbose === true ? textOf(report) : null),
    json: (report) => report,
    failed: (error) => recorder?.failed(error),
  });
}

/** Damage outweighs what was asked for. */
function exitCodeFor({ verdict }: VerifyResult): number {
  if (verdict === "damaged") return exitCodes["image-damaged"];
  return verdict === "unsuitable" ? exitCodes["requirement-unmet"] : 0;
}
