/** The command line's `write` in this process, and what it said, for tests of what goes wrong. */
import { main } from "../../src/cli/main.js";
import { fakeTerminal } from "./fake-terminal.js";
import { parseEvents } from "./json-output.js";

export type WrittenEvent = {
  readonly event: string;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly data?: Record<string, unknown>;
};

export type WriteRun = {
  readonly exitCode: number;
  readonly events: readonly WrittenEvent[];
  readonly err: string;
  readonly elapsedMs: number;
};

/** `argv` has `--json`; `onOut` is given what goes to stdout as it comes. */
export async function runWrite(argv: readonly string[], onOut = (_text: string): void => undefined): Promise<WriteRun> {
  const terminal = fakeTerminal();
  const out = (text: string): void => {
    terminal.out(text);
    onOut(text);
  };
  const started = performance.now();
  const exitCode = await main(argv, { ...terminal, out });
  const events = parseEvents<WrittenEvent>(terminal.shown.out);
  return { exitCode, events, err: terminal.shown.err, elapsedMs: performance.now() - started };
}

export function writeTo(path: string, image: string, ...options: readonly string[]): Promise<WriteRun> {
  return runWrite(["write", image, path, "--yes", "--allow", "fixed-disk", "--json", ...options]);
}

export const errorOf = ({ events }: WriteRun): WrittenEvent => events.find(({ event }) => event === "error")!;
export const retriesOf = ({ events }: WriteRun): WrittenEvent[] => events.filter(({ code }) => code === "retried");
