/** `win7usb verify`: is this ISO sound, genuine, and the one that is needed? */
import { exitCodes } from "../../errors.js";
import type { VerifyOptions, VerifyResult } from "../../steps/verify-image.js";
import { verify } from "../../steps/verify-image.js";
import { jsonLine } from "../escape.js";
import { interruptible } from "../interrupt.js";
import type { VerifyCommandOptions } from "../options.js";
import { verificationProgress } from "../render/verification-progress.js";
import { verificationText } from "../render/verification-text.js";
import { verificationReport } from "../render/verification.js";
import { parseRequirements } from "../requirements.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** What callers may put in the place of the package's own: a table of known images. */
export type VerifyInternals = Pick<VerifyOptions, "knownImages">;

export async function verifyCommand(
  path: string,
  options: VerifyCommandOptions,
  terminal: Terminal,
  internals: VerifyInternals = {},
): Promise<number> {
  const requirements = await parseRequirements(options.require);
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
  if (options.json === true) terminal.out(jsonLine(report));
  else terminal.out(verificationText(report, options.verbose === true, styleFor(terminal), terminal.columns));
  return exitCodeFor(verification);
}

/** Damage outweighs what was asked for. */
function exitCodeFor({ verdict }: VerifyResult): number {
  if (verdict === "damaged") return exitCodes["image-damaged"];
  return verdict === "unsuitable" ? exitCodes["requirement-unmet"] : 0;
}
