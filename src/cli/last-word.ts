/**
 * The end of the program where it does not come by itself: a signal that nothing waits for, a fault that nobody caught, or
 * an interruption while a drive or a file does not answer. Every signal that asks for the end is exit code 130, and a script
 * that asked for JSON gets its last object.
 */
import { exitCodeOf, exitCodes, Win7UsbError } from "../errors.js";
import type { Invocation } from "./options.js";
import type { Terminal } from "./terminal.js";
import { endingSignals, isListenedTo } from "./terminal.js";

/** Milliseconds in which a program that was interrupted ends by itself where nothing holds it. */
const endsWithinMs = 2000;

/** Whether a script waits for an object. */
export function wantsJson({ options }: Invocation): boolean {
  return "json" in options && options.json;
}

export function interruptedBy(signal: NodeJS.Signals): Win7UsbError {
  return new Win7UsbError("interrupted", `interrupted by ${signal}`, { data: { signal } });
}

/** Behind a question, or behind what the terminal echoes of Ctrl-C, the last word begins a line of its own. */
export function beginLine(terminal: Terminal): void {
  if (terminal.interactive) terminal.err("\n");
}

/** Node's names of what a thread does that may never return: a call of the file system, a worker. */
const holding = /^(?:FSReq|FileHandle|Worker|MessagePort)/;

/**
 * Ends the process with `exitCode`, whatever its threads wait for. Trap: `process.exit` waits for all threads, and one that
 * reads from a drive that does not answer never ends. The system ends such a process, as by Ctrl-C, which a shell tells as
 * 130; only an interruption is a reason for that.
 */
function endAtOnce(exitCode: number): void {
  const isHeld = process.getActiveResourcesInfo().some((name) => holding.test(name));
  if (exitCode === exitCodes.interrupted && isHeld) {
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  }
  // The first process of a container is ended by no signal.
  process.exit(exitCode);
}

/**
 * From here on a signal that nobody waits for ends the process, and with `--json` a fault does, too; the returned function
 * gives both back to the system.
 */
export function keepLastWord(invocation: Invocation, terminal: Terminal): () => void {
  let isSaid = false;
  const end = async (cause: unknown): Promise<void> => {
    if (isSaid) return;
    isSaid = true;
    const { reportError } = await import("./report-error.js");
    beginLine(terminal);
    reportError(cause, invocation, terminal);
    await terminal.lost();
    endAtOnce(exitCodeOf(cause));
  };
  const onFault = (cause: unknown): void => void end(cause);
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!isListenedTo()) void end(interruptedBy(signal));
  };
  if (wantsJson(invocation)) process.on("uncaughtException", onFault);
  for (const signal of endingSignals) process.on(signal, onSignal);
  return () => {
    process.off("uncaughtException", onFault);
    for (const signal of endingSignals) process.off(signal, onSignal);
  };
}

/** The end of a program whose exit code is known: an interrupted one does not wait for what does not answer. */
export function boundEnd(exitCode: number): void {
  if (exitCode === exitCodes.interrupted) setTimeout(() => endAtOnce(exitCode), endsWithinMs).unref();
}
