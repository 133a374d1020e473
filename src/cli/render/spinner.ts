/** Something of unknown length is going on: ora behind one file. */
import ora from "ora";
import type { Terminal } from "../terminal.js";

type Spinner = { stop(): void };

export function startSpinner(text: string, { color }: Pick<Terminal, "color">): Spinner {
  // Keys stay with the terminal, so that Ctrl-C arrives as a signal. ora knows nothing of NO_COLOR.
  const options = { text, stream: process.stderr, discardStdin: false, color: color ? "cyan" : false } as const;
  const spinner = ora(options).start();
  return { stop: () => void spinner.stop() };
}
