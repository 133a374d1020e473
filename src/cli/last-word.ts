/** A script that asked for JSON gets its last object, whatever ends the program: a signal, or a fault that nobody caught. */
import { exitCodeOf, Win7UsbError } from "../errors.js";
import type { Invocation } from "./options.js";
import type { Terminal } from "./terminal.js";
import { endingSignals, isListenedTo } from "./terminal.js";

/** Whether a script waits for an object. */
export function wantsJson({ options }: Invocation): boolean {
  return "json" in options && options.json;
}

export function interruptedBy(signal: NodeJS.Signals): Win7UsbError {
  return new Win7UsbError("interrupted", `interrupted by ${signal}`, { data: { signal } });
}

/**
 * From here on a signal that nobody waits for ends the process with that object, and so does a fault; the returned
 * function gives both back to the system. Without `--json` they are the system's all the time.
 */
export function keepLastWord(invocation: Invocation, terminal: Terminal): () => void {
  if (!wantsJson(invocation)) return () => undefined;
  let isSaid = false;
  const end = async (cause: unknown): Promise<void> => {
    if (isSaid) return;
    isSaid = true;
    const { reportError } = await import("./report-error.js");
    reportError(cause, invocation, terminal);
    await terminal.lost();
    process.exit(exitCodeOf(cause));
  };
  const onFault = (cause: unknown): void => void end(cause);
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!isListenedTo()) void end(interruptedBy(signal));
  };
  process.on("uncaughtException", onFault);
  for (const signal of endingSignals) process.on(signal, onSignal);
  return () => {
    process.off("uncaughtException", onFault);
    for (const signal of endingSignals) process.off(signal, onSignal);
  };
}
