/**
 * A command that has to do with drives, in a process of its own. A drive that does not answer keeps the process that waits
 * for it: nothing ends it, not even SIGKILL, before the system has ended its transfers, and whoever waits for that process
 * waits as well, a shell or a CI job. So the process that they wait for is another one, which has nothing under way: it
 * passes signals on and ends when the command has said its last word.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Win7UsbError } from "../errors.js";
import { beginLine, interruptedBy, wantsJson } from "./last-word.js";
import type { Invocation } from "./options.js";
import { supervisedPlace } from "./supervised-place.js";
import type { Terminal } from "./terminal.js";
import { endingSignals } from "./terminal.js";

/** What the other process tells. */
export type Told =
  | { readonly listening: boolean }
  /** The last event of `--json` was told. */
  | { readonly lastWord: true }
  /** Nothing but rights stands in the way of the write; it ends now. */
  | { readonly lacksRights: true }
  | { readonly exitCode: number };
/** What it is told: the first Ctrl-C, or that it is to end at once as that signal would end it. */
export type Order = { readonly interrupt: true } | { readonly end: NodeJS.Signals };

/** Milliseconds after its last word, or an order to end at once, in which the process ends where no drive holds it. */
const endsWithinMs = 1000;

/** How the other process ended, or which signal was sent to this one, which ended it. */
type End = { readonly exitCode: number } | { readonly signal: NodeJS.Signals };

/**
 * Runs a command in another process; resolves to its exit code. Where that one did not come to say its last word, this one
 * does. `onLack` is called where rights were all that it lacked.
 */
export async function supervise(invocation: Invocation, terminal: Terminal, onLack: () => void): Promise<number> {
  const child = fork(supervisedPlace, [JSON.stringify(invocation)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const exited = exitOf(child);
  let hasLastWord = false;
  const end = await new Promise<End>((resolve) => {
    let listening = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (listening) return order(child, { interrupt: true });
      order(child, { end: signal });
      resolve({ signal });
    };
    for (const signal of endingSignals) process.on(signal, onSignal);
    child.on("message", (told: Told) => {
      if ("exitCode" in told) {
        hasLastWord = true;
        resolve(told);
      } else if ("lastWord" in told) hasLastWord = true;
      else if ("lacksRights" in told) onLack();
      else listening = told.listening;
    });
    void exited.then(resolve);
  });
  await Promise.race([exited, delay(endsWithinMs, undefined, { ref: false })]);
  child.unref();
  if (child.connected) child.disconnect();
  for (const signal of endingSignals) process.removeAllListeners(signal);
  const isTold = "exitCode" in end && !wantsJson(invocation);
  if (!hasLastWord && !isTold) await tellEnd(end, invocation, terminal);
  return "exitCode" in end ? end.exitCode : causeOf(end).exitCode;
}

function order(child: ChildProcess, text: Order): void {
  // It may have ended this moment; then there is nothing to be ordered.
  if (child.connected) child.send(text, () => undefined);
}

async function exitOf(child: ChildProcess): Promise<End> {
  const [exitCode, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return signal === null ? { exitCode: exitCode ?? 1 } : { signal };
}

/** A write that was ended has an event as any other. */
async function tellEnd(end: End, invocation: Invocation, terminal: Terminal): Promise<void> {
  const { reportError } = await import("./report-error.js");
  beginLine(terminal);
  reportError(causeOf(end), invocation, terminal);
  await terminal.lost();
}

function causeOf(end: End): Win7UsbError {
  // Ctrl-C on a terminal goes to both.
  if ("signal" in end && isEnding(end.signal)) return interruptedBy(end.signal);
  const how = "signal" in end ? `was ended by ${end.signal}` : `ended with ${end.exitCode}`;
  const hint = "What was being written may hold a part of the image and does not boot: run the same command again.";
  return new Win7UsbError("internal", `the process that did it ${how} and said nothing`, { hint });
}

const isEnding = (signal: NodeJS.Signals): boolean => endingSignals.some((each) => each === signal);
