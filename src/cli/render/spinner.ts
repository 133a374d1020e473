/** Something of unknown length is going on: ora behind one file. */
import ora from "ora";
import { screenOf } from "../screen.js";
import type { Terminal } from "../terminal.js";

type Spinner = { stop(): void };

export function startSpinner(text: string, terminal: Terminal): Spinner {
  const spinner = ora({
    text,
    stream: screenOf(terminal),
    isEnabled: terminal.animated,
    spinner: terminal.unicode ? "dots" : "line",
    color: terminal.color ? "cyan" : false,
    // Keys stay with the terminal, so that Ctrl-C arrives as a signal.
    discardStdin: false,
  }).start();
  return { stop: () => void spinner.stop() };
}
