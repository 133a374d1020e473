/**
 * A file that does not answer: a network's, or one of a file system in user space whose server hangs. Whatever reads it waits
 * within a call of the system, be it to open it, to ask for its size, or on a thread that hashes it, and can say nothing. So
 * another question that no cache answers, how full its file system is, is asked beside it, and what becomes of that is told.
 */
import { statfs } from "node:fs/promises";
import type { WarningEvent } from "../progress/events.js";
import { usualPatience } from "../progress/patience.js";
import { lookEveryMs, Silence, type Operation } from "../transfer/silence.js";
import { jsonLine } from "./escape.js";
import { wantsJson } from "./last-word.js";
import { tellsEvents, type Invocation } from "./options.js";
import { warningLine } from "./render/warning-line.js";
import type { ShownProgress, Waiting } from "./shown-progress.js";
import type { Terminal } from "./terminal.js";

/** How the question goes, for tests. Rejects or resolves: either is an answer. */
type Ask = (path: string) => Promise<unknown>;

const question: Operation = { kind: "transfer", doing: "waiting", offset: null, length: null };

/** Options whose value is a path that is read. */
const inputs = ["iso", "machine", "answerFile", "drivers", "updates", "add"] as const;

/** All that a command reads, and what a write makes, which has to answer before it can be opened. */
export function pathsOf({ operands, options }: Invocation): readonly string[] {
  const values = inputs.flatMap((key) => (key in options ? [(options as Record<string, unknown>)[key]] : []));
  return [...new Set([...operands, ...values.flat()])].filter((value) => typeof value === "string");
}

/**
 * Asks until `end`; what does not answer is told on stderr, and as an event where the command has any. `terminal` is asked for
 * each time, because it may become one that is told less.
 */
export function startWaiting(invocation: Invocation, terminal: () => Terminal, ask: Ask = statfs): Waiting {
  let paths = pathsOf(invocation).map((path) => ({ path, ...asked() }));
  const shown: ShownProgress<WarningEvent>[] = [];
  const hasEvents = tellsEvents(invocation) && wantsJson(invocation);
  const tell = (code: "stalled" | "resumed", silentMs: number, message: string): void => {
    const event: WarningEvent = { event: "warning", code, message, elapsedMs: Math.round(silentMs) };
    if (hasEvents) terminal().out(jsonLine({ schema: 1, ...event }));
    const progress = shown.at(-1);
    if (progress !== undefined) return progress.onEvent(event);
    terminal().err(warningLine(message, terminal()));
  };
  const look = ({ path, silence, state }: (typeof paths)[number]): void => {
    if (!state.isAsked) {
      state.isAsked = true;
      silence.begin(question, performance.now());
      const answered = (): void => {
        state.isAsked = false;
        const silentMs = silence.end(question, true, performance.now());
        if (silentMs === null || !paths.some((each) => each.path === path)) return;
        tell("resumed", silentMs, `${path} answers again after ${inSeconds(silentMs)}`);
      };
      ask(path).then(answered, answered);
      return;
    }
    const answer = silence.look(performance.now(), false);
    if (answer.state !== "silent" || !answer.first) return;
    const { silentMs } = answer;
    tell("stalled", silentMs, `${path} has not answered for ${inSeconds(silentMs)}; Ctrl-C ends the wait`);
  };
  const timer = setInterval(() => paths.forEach(look), lookEveryMs);
  timer.unref();
  return {
    showIn(progress) {
      shown.push(progress);
      return () => void shown.splice(shown.indexOf(progress), 1);
    },
    only(path) {
      paths = paths.filter((each) => each.path === path);
    },
    end() {
      paths = [];
      clearInterval(timer);
    },
  };
}

function asked(): { readonly silence: Silence; readonly state: { isAsked: boolean } } {
  return { silence: new Silence(usualPatience, performance.now()), state: { isAsked: false } };
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
