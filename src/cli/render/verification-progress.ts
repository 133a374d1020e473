/** The progress of a verification: bars on a terminal that can redraw, a line for each tenth elsewhere. */
import type { WarningEvent } from "../../progress/events.js";
import type { VerifyEvent } from "../../steps/verify-passes.js";
import { printable } from "../escape.js";
import { formatSize } from "../../bytes/amounts.js";
import type { ShownProgress } from "../shown-progress.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { paceOf, percentOf, tenthsOf } from "./progress-words.js";
import { warningLine } from "./warning-line.js";

type VerificationProgress = ShownProgress<VerifyEvent | WarningEvent>;

const phaseWords = { hash: "hashing", deep: "checking" } as const;

export async function verificationProgress(terminal: Terminal): Promise<VerificationProgress> {
  return terminal.animated ? animatedProgress(terminal) : plainProgress(terminal);
}

function plainProgress(terminal: Terminal): VerificationProgress {
  const shown = new Map<string, number>();
  const onEvent = (event: VerifyEvent | WarningEvent): void => {
    if (event.event === "plan") return;
    if (event.event === "warning") return terminal.err(warningLine(event.message, terminal));
    const step = tenthsOf(event);
    if (step <= (shown.get(event.target) ?? 0)) return;
    shown.set(event.target, step);
    const what = `${phaseWords[event.phase]} ${printable(event.target)}`;
    terminal.err(`${what}: ${percentOf(event)}% of ${formatSize(event.totalBytes)}${paceOf(event)}\n`);
  };
  return { onEvent, stop: () => undefined };
}

/** A spinner until it is known how much there is to do, then a bar for the image and one for each WIM. */
async function animatedProgress(terminal: Terminal): Promise<VerificationProgress> {
  const [{ startSpinner }, { progressBars }] = await Promise.all([
    import("./spinner.js"),
    import("./progress-bars.js"),
  ]);
  const spinner = startSpinner("reading the image", terminal);
  let bars: ReturnType<typeof progressBars> | null = null;
  const stop = (): void => {
    spinner.stop();
    bars?.stop();
  };
  const onEvent = (event: VerifyEvent | WarningEvent): void => {
    if (event.event === "warning") {
      stop();
      terminal.err(warningLine(event.message, terminal));
    } else if (event.event === "plan") {
      spinner.stop();
      bars = progressBars(terminal, event.targets.map(baseName), styleFor(terminal));
    } else {
      bars?.update({ ...event, target: baseName(event.target) }, phaseWords[event.phase]);
    }
  };
  return { onEvent, stop };
}

/** `install.wim`: a bar's line has no room for paths. */
function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}
