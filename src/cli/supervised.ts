/** The process that has to do with drives: a command, interrupted and ended by the process that supervises it. */
import { closeSync } from "node:fs";
import type { Invocation } from "./options.js";
import { conclude } from "./conclude.js";
import { wantsJson } from "./last-word.js";
import { run } from "./run.js";
import { sendsDisk, withoutStandardOutput } from "./stream-operand.js";
import type { Order, Told } from "./supervise.js";
import type { Terminal } from "./terminal.js";
import { endingSignals, processTerminal } from "./terminal.js";

/** Milliseconds after which a process that was done ends by force. */
const endsWithinMs = 500;

const listeners = new Set<() => void>();
const ignore = (): void => undefined;

function tell(told: Told, sent?: () => void): void {
  process.send?.(told, undefined, undefined, sent);
}

/** The terminal sends its Ctrl-C to both processes: while somebody listens the supervisor's word alone counts. */
function onInterrupt(listener: () => void): () => void {
  listeners.add(listener);
  for (const signal of endingSignals) process.on(signal, ignore);
  tell({ listening: true });
  return () => {
    listeners.delete(listener);
    for (const signal of endingSignals) process.off(signal, ignore);
    tell({ listening: false });
  };
}

/** Trap: what a drive holds of this process keeps its output open too, and somebody may read that to its end. */
function end(signal: NodeJS.Signals): void {
  for (const each of endingSignals) process.removeAllListeners(each);
  for (const output of [1, 2]) closeSync(output);
  process.kill(process.pid, signal);
}

const supervisorGone = (): void => end("SIGKILL");
/** Trap: the last event is not the end, which may be seconds behind it; nothing may be told in between. */
const lastEvent = /^\{"schema":1,"event":"(?:done|error)"/;

/** The terminal, whose last event the supervising process learns of. Trap: columns and rows are asked for each time. */
function tellingTerminal(invocation: Invocation): Terminal {
  const all = processTerminal(onInterrupt);
  const own = sendsDisk(invocation) ? withoutStandardOutput(all, wantsJson(invocation)) : all;
  return Object.create(own, {
    out: {
      value(text: string) {
        own.out(text);
        if (lastEvent.test(text)) tell({ lastWord: true });
      },
    },
  }) as Terminal;
}

/** Runs the command that the supervising process handed over as JSON. Resolves when the last word is said. */
export async function runSupervised(handedOver: string): Promise<void> {
  process.on("disconnect", supervisorGone);
  process.on("message", (order: Order) => {
    if ("end" in order) end(order.end);
    else for (const listener of listeners) listener();
  });
  // What waits for orders only has nothing more to do.
  process.channel?.unref();
  const invocation = JSON.parse(handedOver) as Invocation;
  const terminal = tellingTerminal(invocation);
  const exitCode = await run(invocation, terminal, () => tell({ lacksRights: true }));
  process.exitCode = await conclude(terminal, exitCode);
  tell({ exitCode: process.exitCode }, () => {
    process.off("disconnect", supervisorGone);
    process.disconnect();
    setTimeout(() => end("SIGKILL"), endsWithinMs).unref();
  });
}
