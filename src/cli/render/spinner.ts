/** Something of unknown length is going on: ora behind one file. */
import ora from "ora";

export type Spinner = { stop(): void };

export function startSpinner(text: string): Spinner {
  // Keys stay with the terminal, so that Ctrl-C arrives as a signal.
  const spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
  return { stop: () => void spinner.stop() };
}
