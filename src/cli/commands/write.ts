/** `win7usb write`: look, check, plan, ask, write, verify, say what to do next. */
import type { Drive } from "../../drive/drive.js";
import { openImage } from "../../steps/open-image.js";
import { prepareWrite } from "../../steps/prepare-write.js";
import type { WriteRun } from "../../steps/write-image.js";
import { diskLayoutOf } from "../../volumes/disk-layout.js";
import { editChoices } from "../edit-options.js";
import { jsonLine } from "../escape.js";
import type { WriteCommandOptions } from "../options.js";
import type { Recorder } from "../record/recorder.js";
import { mapBlocks } from "../render/map.js";
import { dryRunEnd, planJson, planText } from "../render/plan-sheet.js";
import { jsonEvents } from "../render/write-json.js";
import { parseRequirements } from "../requirements.js";
import { requireOtherThanStandardOutput, streamTarget } from "../standard-output.js";
import { sendsDisk, streamOperand } from "../stream-operand.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { askAndPerform, showSheet } from "./perform.js";

/** What a write has beside its command line. */
export type WriteSurroundings = {
  /** Drives as they were when they were chosen at the terminal. */
  readonly listed?: readonly Drive[] | undefined;
  readonly recorder?: Recorder | undefined;
};

export async function writeCommand(
  path: string,
  targets: readonly string[],
  options: WriteCommandOptions,
  terminal: Terminal,
  { listed = [], recorder }: WriteSurroundings = {},
): Promise<number> {
  const json = options.json === true ? jsonEvents(terminal) : null;
  const isStream = sendsDisk({ command: "write", operands: [path, ...targets] });
  if (options.dryRun !== true) json?.({ event: "start", image: path, targets });
  const requirements = await parseRequirements(options.require);
  // Before anything is read: nothing of it would be of use. A dry run sends nothing.
  const stream = isStream ? streamTarget(options.dryRun === true) : undefined;
  const opened = await openImage(path);
  recorder?.imageOpened(opened);
  try {
    if (stream !== undefined) await requireOtherThanStandardOutput(path);
    const prepared = await prepareWrite(opened, {
      targets: targets.map((target) => (target === streamOperand ? stream! : target)),
      listed,
      fileSystem: options.filesystem,
      allow: options.allow,
      imageCheck: options.imageCheck,
      requirements,
      force: options.force,
      onlyChanged: options.onlyChanged,
      verify: options.verify,
      label: options.label,
      signature: options.signature,
      bootPrompt: options.bootPrompt,
      size: options.size,
      format: options.format,
      ...editChoices(options),
    });
    recorder?.prepared(opened, prepared);
    const map = options.map === true ? `\n${await mapBlocks(diskLayoutOf(prepared.plan), terminal)}\n` : "";
    if (options.dryRun === true) {
      const text = planText(opened, prepared, styleFor(terminal), terminal.columns);
      if (options.json !== true) terminal.out(text + map + dryRunEnd(prepared));
      else {
        terminal.err(map);
        terminal.out(jsonLine(planJson(opened, prepared)));
      }
      return 0;
    }
    for (const warning of prepared.warnings) json?.({ event: "warning", ...warning });
    // What writes is loaded while the person reads the question.
    const loading = import("../../steps/write-image.js");
    const plan = planText(opened, prepared, styleFor(terminal), terminal.columns) + map;
    showSheet(plan, prepared, options, terminal);
    const perform = async (run: WriteRun) => (await loading).writePrepared(prepared, run);
    return await askAndPerform(prepared, options, terminal, json, perform, recorder);
  } finally {
    await opened.close();
  }
}
