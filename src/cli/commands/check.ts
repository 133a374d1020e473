/** `win7usb check`: is this stick or image file still what was written? */
import { exitCodes } from "../../errors.js";
import { check } from "../../steps/check-target.js";
import type { CheckVerdict } from "../../steps/check-verdict.js";
import { editChoices } from "../edit-options.js";
import { jsonLine } from "../escape.js";
import { interruptible } from "../interrupt.js";
import { checkWarning } from "../hints.js";
import type { CheckCommandOptions } from "../options.js";
import { checkProgress } from "../render/check-progress.js";
import { checkReport, checkText } from "../render/check-result.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** What cannot be read is told as an image that cannot be read is. */
const exitCodeOf: Readonly<Record<CheckVerdict, number>> = {
  match: 0,
  mismatch: exitCodes["verify-failed"],
  unreadable: exitCodes["image-unreadable"],
};

export async function checkCommand(path: string, options: CheckCommandOptions, terminal: Terminal): Promise<number> {
  const progress = await checkProgress(terminal, path);
  const comparesWithImage = options.iso !== undefined;
  const result = await interruptible(terminal, progress, (signal, show) =>
    check(path, {
      image: options.iso,
      label: options.label,
      ...editChoices(options),
      signature: options.signature,
      bootPrompt: options.bootPrompt,
      signal,
      onEvent: (event) =>
        show(event.event === "warning" ? { ...event, ...checkWarning(event, comparesWithImage) } : event),
    }),
  );
  if (options.json === true) {
    const warnings = result.warnings.map((warning) => checkWarning(warning, comparesWithImage));
    terminal.out(jsonLine(checkReport({ ...result, warnings })));
  } else terminal.out(checkText(result, styleFor(terminal), terminal.columns));
  return exitCodeOf[result.verdict];
}
