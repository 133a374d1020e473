/** `win7usb write`: look, check, plan, ask, write, verify, say what to do next. */
import type { Drive } from "../../drive/drive.js";
import { drivesAmong } from "../../drive/list.js";
import type { Win7UsbError } from "../../errors.js";
import { openImage } from "../../steps/open-image.js";
import type { PreparedWrite } from "../../steps/prepare-write.js";
import { prepareWrite } from "../../steps/prepare-write.js";
import type { WriteEvent } from "../../progress/events.js";
import { diskLayoutOf } from "../../volumes/disk-layout.js";
import { confirmErase } from "../confirm.js";
import { editChoices } from "../edit-options.js";
import { jsonLine, printable } from "../escape.js";
import { wrap } from "../format.js";
import { interruptible, type ShownProgress } from "../interrupt.js";
import type { WriteCommandOptions } from "../options.js";
import type { Recorder } from "../record/recorder.js";
import { mapBlocks } from "../render/map.js";
import { dryRunEnd, planJson, planText } from "../render/plan-sheet.js";
import { jsonEvents, withPace } from "../render/write-json.js";
import { parseRequirements } from "../requirements.js";
import { requireOtherThanStandardOutput, streamTarget } from "../standard-output.js";
import { sendsDisk, streamOperand } from "../stream-operand.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

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
    const asks = drivesAmong(prepared.targets).length > 0 && options.yes !== true;
    const plan = planText(opened, prepared, styleFor(terminal), terminal.columns) + map;
    // Nobody answers a question without what it is about, however quiet it is to be.
    if (asks) terminal.tell(plan);
    else terminal.err(plan);
    return await askAndWrite(prepared, options, terminal, json, recorder);
  } finally {
    await opened.close();
  }
}

async function askAndWrite(
  prepared: PreparedWrite,
  options: WriteCommandOptions,
  terminal: Terminal,
  json: ((event: WriteEvent) => void) | null,
  recorder: Recorder | undefined,
): Promise<number> {
  // What writes is loaded while the person reads the question.
  const loading = loadWriting();
  const drives = drivesAmong(prepared.targets);
  if (drives.length > 0 && options.yes !== true) {
    await confirmErase(
      drives.map((drive) => drive.path),
      terminal,
    );
  }
  const [{ writePrepared }, { doneText, failedText }, { writePace }] = await loading;
  const pace = writePace(() => terminal.now());
  const progress = await progressFor(prepared, terminal);
  // Scripts read stdout; a person who watches stderr still sees how far it is, and scripts need not read that.
  const tell = (text: string): void => (json === null ? terminal.tell(text) : terminal.err(text));
  const result = await interruptible(terminal, progress, (signal, show) => {
    const onEvent = (event: WriteEvent): void => {
      pace.onEvent(event);
      recorder?.writeEvent(event, pace);
      json?.(event.event === "done" ? withPace(event, pace) : event);
      show(event);
      if (event.event !== "done") return;
      progress.stop();
      // What follows the write takes seconds on some systems.
      tell(doneText(prepared, event, pace, terminal));
    };
    return writePrepared(prepared, { signal, onEvent });
  });
  for (const note of result.notes) tell(`${wrap(printable(note), terminal.columns)}\n`);
  if (result.failed.length === 0) return 0;
  tell(failedText(result, styleFor(terminal), terminal.columns));
  return worstExitCode(result.failed.map((failure) => failure.error));
}

/** The weightiest of several failures: a write that failed outweighs a refusal, and a mismatch outweighs both. */
function worstExitCode(errors: readonly Win7UsbError[]): number {
  return Math.max(...errors.map((error) => error.exitCode));
}

/** What a dry run has no use for. */
function loadWriting() {
  return Promise.all([
    import("../../steps/write-image.js"),
    import("../render/write-result.js"),
    import("../render/write-pace.js"),
  ]);
}

async function progressFor(prepared: PreparedWrite, terminal: Terminal): Promise<ShownProgress<WriteEvent>> {
  const { plainEvents } = await import("../render/write-plain.js");
  if (!terminal.animated) return { onEvent: plainEvents(terminal), stop: () => undefined };
  const { barEvents } = await import("../render/write-bars.js");
  const bars = barEvents(
    terminal,
    prepared.targets.map((target) => target.path),
    styleFor(terminal),
  );
  if (terminal.log === undefined) return bars;
  const inLog = plainEvents({ err: terminal.log });
  return {
    onEvent(event) {
      bars.onEvent(event);
      // Warnings are lines in both.
      if (event.event !== "warning") inLog(event);
    },
    stop: () => bars.stop(),
  };
}
