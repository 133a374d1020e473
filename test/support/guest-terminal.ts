/**
 * A person's terminal in a guest: its second serial port, 80 columns wide. A command that runs there has it as its
 * controlling terminal, so what the test writes is typed, Ctrl-C included, and what it reads is what the person sees.
 */
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Agent } from "./guest-agent.js";

const terminalDevice = "/dev/ttyS1";
export const terminalColumns = 80;

export const ctrlC = "\u0003";

export type TerminalOutcome = {
  /** As a shell tells it: 128 and the signal's number where one ended it. */
  readonly exitCode: number;
  /** All that was shown, escape sequences among it. */
  readonly shown: string;
  /** What `stty -a` said of the terminal right before the command, and right after it. */
  readonly settings: { readonly before: string; readonly after: string };
  /** When it ended, in milliseconds of this machine's clock. */
  readonly endedAt: number;
};

export type TerminalSession = {
  shown(): string;
  /** Resolves as soon as what was shown since the session's begin matches; rejects when the command ends before. */
  until(pattern: RegExp): Promise<void>;
  type(text: string): void;
  readonly ended: Promise<TerminalOutcome>;
};

export type GuestTerminal = {
  /** Starts a command of busybox's shell, without single quotes; one at a time. A terminal of no size has 0 columns. */
  start(command: string, columns?: number): TerminalSession;
};

const pollMs = 20;
const untilTimeoutMs = 240_000;

export function connectTerminal(socket: Socket, agent: Agent): GuestTerminal {
  let shown = "";
  socket.setEncoding("utf8").on("data", (text: string) => (shown += text));
  return {
    start(command, columns = terminalColumns) {
      shown = "";
      let over = false;
      const run = async (): Promise<TerminalOutcome> => {
        const outcome = await agent.run(onTerminal(command, columns));
        over = true;
        const said = async (when: string): Promise<string> => (await agent.run(`cat /run/terminal.${when}`)).out;
        const settings = { before: await said("before"), after: await said("after") };
        return { exitCode: outcome.exitCode, shown, settings, endedAt: outcome.endedAt };
      };
      const ended = run();
      // Whoever waits for it is told; a test that failed before does not.
      ended.catch(() => undefined);
      return {
        shown: () => shown,
        type: (text) => void socket.write(text),
        ended,
        async until(pattern) {
          const deadline = performance.now() + untilTimeoutMs;
          while (!pattern.test(shown)) {
            if (over || performance.now() > deadline) throw new Error(`${String(pattern)} was not shown: ${shown}`);
            await delay(pollMs);
          }
        },
      };
    },
  };
}

/**
 * A shell stays the session's leader, as a person's does: it outlives Ctrl-C, and looks at the terminal afterwards. The
 * size is set in it: a serial port forgets its own when it is closed.
 */
function onTerminal(command: string, columns: number): string {
  const look = (when: string): string => `stty -a >/run/terminal.${when}`;
  const set = `stty sane clocal cols ${columns} rows ${columns === 0 ? 0 : 25}`;
  const script = `trap : INT; ${set}; ${look("before")}; TERM=xterm ${command}; code=$?; ${look("after")}; exit $code`;
  return `setsid -c sh -c '${script}' <${terminalDevice} >${terminalDevice} 2>&1`;
}

/** ECMA-48 5.4: control sequences, from CSI to their final byte. */
// oxlint-disable-next-line no-control-regex
const controlSequence = /\u001b\[[\u0030-\u003f]*[A-Za-z]/g;

/** The lines as they were drawn, each redrawing by itself, without control sequences. */
export function drawnLines(shown: string): string[] {
  const moves = /[GHfd]$/;
  return shown.replaceAll(controlSequence, (sequence) => (moves.test(sequence) ? "\r" : "")).split(/[\r\n]+/);
}

/** Whether the cursor shows in the end (DECTCEM). */
function showsCursor(shown: string): boolean {
  return shown.lastIndexOf("\u001b[?25h") >= shown.lastIndexOf("\u001b[?25l");
}

/** What was shown as one line of words. */
export function wordsOf(shown: string): string {
  return drawnLines(shown).join(" ").replaceAll(/\s+/g, " ");
}

/** What a command left otherwise than it found it, for a person who goes on typing there; empty where nothing is. */
export function disorder({ settings, shown }: TerminalOutcome): string[] {
  const found: string[] = [];
  if (!/^isig icanon .* echo /m.test(settings.before)) found.push(`it was not as it should be: ${settings.before}`);
  if (settings.after !== settings.before) found.push(settings.after);
  if (!showsCursor(shown)) found.push("the cursor does not show");
  return found;
}
