/** `win7usb check`: is this stick or image file still what was written? */
import { exitCodes } from "../../errors.js";
import { check, type CheckResult } from "../../steps/check-target.js";
import type { CheckVerdict } from "../../steps/check-verdict.js";
import { editChoices } from "../edit-options.js";
import { interruptible } from "../interrupt.js";
import { checkWarning } from "../hints.js";
import type { CheckInvocation } from "../options.js";
import type { Recorder } from "../record/recorder.js";
import { checkProgress } from "../render/check-progress.js";
import { checkReport, checkSummary, checkText } from "../render/check-result.js";
import { mapBlocks } from "../render/map.js";
import { runOneOrSeveral, type Outcome } from "../several.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** What cannot be read is told as an image that cannot be read is. */
const exitCodeOf: Readonly<Record<CheckVerdict, number>> = {
  match: 0,
  mismatch: exitCodes["verify-failed"],
  unreadable: exitCodes["image-unreadable"],
};

export async function checkCommand(
  invocation: CheckInvocation,
  terminal: Terminal,
  recorder?: Recorder,
): Promise<number> {
  const { options } = invocation;
  const comparesWithImage = options.iso !== undefined;
  const maps = new Map<CheckResult, string>();
  const work = async (path: string): Promise<Outcome<CheckResult>> => {
    const progress = await checkProgress(terminal, path);
    const report = await interruptible(terminal, progress, (signal, show) =>
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
    recorder?.checked(path, report);
    if (options.map === true) maps.set(report, await mapFor(report, terminal));
    // Scripts read their own output alone.
    if (options.json === true) terminal.err(maps.get(report) ?? "");
    return { report, exitCode: exitCodeOf[report.verdict] };
  };
  const textOf = (result: CheckResult): string =>
    checkText(result, styleFor(terminal), terminal.columns) + (maps.get(result) ?? "");
  const jsonOf = (result: CheckResult): Record<string, unknown> => {
    const warnings = result.warnings.map((warning) => checkWarning(warning, comparesWithImage));
    return checkReport({ ...result, warnings });
  };
  return runOneOrSeveral(invocation, terminal, work, {
    alone: textOf,
    columns: ["TARGET", "VERDICT", "FOUND"],
    row: (result) => [result.verdict, checkSummary(result)],
    // What is as it was written needs no more words than the table's.
    beforeTable: (result) => (result.verdict === "match" && options.map !== true ? null : textOf(result)),
    json: jsonOf,
    failed: (error) => recorder?.failed(error),
  });
}

/** Where it was compared with nothing there is nothing that lies anywhere. */
async function mapFor({ layout, mismatches }: CheckResult, terminal: Terminal): Promise<string> {
  return layout === null ? "" : `\n${await mapBlocks(layout, terminal, mismatches)}`;
}
