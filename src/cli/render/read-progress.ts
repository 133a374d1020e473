/** The progress of a read: a bar on a terminal that can redraw, a line for each tenth elsewhere. */
import { formatSize } from "../../bytes/amounts.js";
import type { ReadEvent, ReadPhase, ReadProgressEvent } from "../../steps/read/events.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import type { ShownProgress } from "../shown-progress.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { paceOf, percentOf, tenthsOf } from "./progress-words.js";
import { warningLine } from "./warning-line.js";

/** At most 9 letters, for the bars. */
const phaseWords: Readonly<Record<ReadPhase, string>> = {
  copying: "reading",
  trimming: "trimming",
  scraping: "scraping",
  retrying: "retrying",
  hash: "hashing",
};

export async function readProgress(terminal: Terminal, drive: string): Promise<ShownProgress<ReadEvent>> {
  const say = (text: string): void => terminal.err(`${wrap(text, terminal.columns, "  ")}\n`);
  const tell = (event: Exclude<ReadEvent, { event: "progress" }>): void => {
    if (event.event === "warning") return terminal.err(warningLine(event.message, terminal));
    const { volumeLabel, size, bytesRead, image } = event;
    const what = `${printable(drive)}: ${printable(volumeLabel)}, ${formatSize(size)}`;
    const before = bytesRead === 0 ? "" : `, of which it has ${formatSize(bytesRead)} already`;
    say(`${what}, into ${printable(image)}${before}`);
  };
  if (!terminal.animated) return plainProgress(say, tell);
  const { progressBars } = await import("./progress-bars.js");
  const bars = progressBars<ReadPhase>(terminal, [drive], styleFor(terminal));
  return {
    onEvent(event) {
      if (event.event === "progress") return bars.update(event, phaseWords[event.phase]);
      bars.stop();
      tell(event);
    },
    stop: () => bars.stop(),
  };
}

function plainProgress(
  say: (text: string) => void,
  tell: (event: Exclude<ReadEvent, { event: "progress" }>) => void,
): ShownProgress<ReadEvent> {
  let shown = { phase: "", step: 0 };
  const onProgress = (event: ReadProgressEvent): void => {
    const step = tenthsOf(event);
    // Each phase begins with a line of its own: the later ones stay at 99%.
    if (event.phase === shown.phase && step <= shown.step) return;
    if (shown.phase === "" && step === 0) return;
    shown = { phase: event.phase, step };
    const missing = event.unreadBytes === 0 ? "" : `, ${formatSize(event.unreadBytes)} not read so far`;
    const words = `${phaseWords[event.phase]} ${printable(event.target)}`;
    say(`${words}: ${percentOf(event)}% of ${formatSize(event.totalBytes)}${paceOf(event)}${missing}`);
  };
  return {
    onEvent: (event) => (event.event === "progress" ? onProgress(event) : tell(event)),
    stop: () => undefined,
  };
}
