/** What `write`, `clone` and `update` do alike: the question, the progress, and the end. */
import { drivesAmong } from "../../drive/list.js";
import type { Win7UsbError } from "../../errors.js";
import type { WriteEvent } from "../../progress/events.js";
import type { WriteOutcome, WriteRun } from "../../steps/write-image.js";
import { confirmErase, type DrivePurpose } from "../confirm.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import { interruptible } from "../interrupt.js";
import type { ShownProgress } from "../shown-progress.js";
import type { Recorder } from "../record/recorder.js";
import { withPace } from "../render/write-json.js";
import type { Written } from "../render/write-result.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

/** Shows what would be written. Nobody answers a question without what it is about, however quiet it is to be. */
export function showSheet(
  text: string,
  { targets }: Pick<Written, "targets">,
  { yes }: { readonly yes?: boolean },
  terminal: Terminal,
): void {
  if (drivesAmong(targets).length > 0 && yes !== true) terminal.tell(text);
  else terminal.err(text);
}

/** Asks before drives are erased or changed, unless `yes`, and shows what `perform` does. Resolves to the exit code. */
export async function askAndPerform(
  prepared: Written,
  { yes, purpose = "erase" }: { readonly yes?: boolean; readonly purpose?: DrivePurpose },
  terminal: Terminal,
  json: ((event: WriteEvent) => void) | null,
  perform: (run: WriteRun) => Promise<WriteOutcome>,
  recorder?: Recorder,
): Promise<number> {
  const loading = loadRendering();
  const drives = drivesAmong(prepared.targets);
  if (drives.length > 0 && yes !== true) {
    await confirmErase(
      drives.map((drive) => drive.path),
      terminal,
      purpose,
    );
  }
  const [{ doneText, failedText }, { writePace }] = await loading;
  const pace = writePace(() => terminal.now());
  const progress = await progressFor(prepared, terminal);
  // Scripts read stdout; a person who watches stderr still sees how far it is, and scripts need not read that.
  const tell = (text: string): void => (json === null ? terminal.tell(text) : terminal.err(text));
  terminal.waiting?.only(prepared.image.path);
  const result = await interruptible<WriteOutcome, WriteEvent>(terminal, progress, (signal, show) => {
    const onEvent = (event: WriteEvent): void => {
      if (event.event === "done") terminal.waiting?.end();
      pace.onEvent(event);
      recorder?.writeEvent(event, pace);
      json?.(event.event === "done" ? withPace(event, pace) : event);
      show(event);
      if (event.event !== "done") return;
      progress.stop();
      // What follows the write takes seconds on some systems.
      tell(doneText(prepared, event, pace, terminal));
    };
    return perform({ signal, onEvent });
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
function loadRendering() {
  return Promise.all([import("../render/write-result.js"), import("../render/write-pace.js")]);
}

async function progressFor(prepared: Written, terminal: Terminal): Promise<ShownProgress<WriteEvent>> {
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
