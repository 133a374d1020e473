/**
 * The terminal as the commands see it: handed in, so that tests can be one. What scripts read goes to `out`; whatever
 * is meant for people goes to `err`. Nothing else knows the process's streams, how wide they are and what they can show.
 */
import { withoutSteering } from "./escape.js";
import type { Screen } from "./screen.js";
import type { Waiting } from "./shown-progress.js";

export type Terminal = Screen & {
  /** A result. */
  out(text: string): void;
  /** Progress and explanations: nobody may be there to read them. */
  err(text: string): void;
  /** A result that people read on stderr. */
  tell(text: string): void;
  /** Appends to the log what is shown in another way; absent where none is kept. */
  readonly log?: (text: string) => void;
  /** Tells of files that do not answer; absent where nobody does. */
  readonly waiting?: Waiting;
  /** Somebody is there to answer: stdin and stderr are terminals. */
  readonly interactive: boolean;
  /** stderr is a terminal that can redraw a line. */
  readonly animated: boolean;
  /** ANSI colour on stderr and stdout. */
  readonly color: boolean;
  /** Characters in a line where stdout is a terminal; null where a program or a file gets it. */
  readonly outColumns: number | null;
  /** Characters beyond ASCII are shown. */
  readonly unicode: boolean;
  /** Shows `question` and returns the line typed, or null where input ended. */
  ask(question: string): Promise<string | null>;
  /** Calls `listener` at the first Ctrl-C or request to end; the returned function stops listening. */
  onInterrupt(listener: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits until all was taken that was written; resolves to the results that were not. */
  lost(): Promise<readonly Loss[]>;
};

/** An output that did not take a result, and why, in words. */
export type Loss = { readonly output: "out" | "err"; readonly reason: string };

const defaultColumns = 80;
const defaultRows = 24;

/** Ctrl-C, and what else asks a process to end. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The process's own terminal. */
export function processTerminal(onInterrupt: Terminal["onInterrupt"] = onSignal): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const dumb = env["TERM"] === "dumb";
  // https://no-color.org: any value but the empty one switches colour off.
  const color = isTerminal(stderr) && isTerminal(stdout) && !env["NO_COLOR"] && !dumb;
  const out = startOutput(stdout);
  const err = startOutput(stderr);
  let toldOnErr = false;
  const terminal: Terminal = {
    out: (text) => out.put(withoutSteering(text, color)),
    err: (text) => err.put(withoutSteering(text, color)),
    tell: (text) => {
      toldOnErr = true;
      terminal.err(text);
    },
    draw: (text) => err.put(text),
    interactive: isTerminal(stdin) && isTerminal(stderr),
    animated: isTerminal(stderr) && !dumb && !env["CI"],
    color,
    get outColumns() {
      return isTerminal(stdout) ? stdout.columns || defaultColumns : null;
    },
    unicode: showsUnicode(env),
    // A serial console has no size, and says that it has 0 columns.
    get columns() {
      return stderr.columns || defaultColumns;
    },
    get rows() {
      return stderr.rows || defaultRows;
    },
    ask: (question) => ask(question, terminal),
    onInterrupt,
    now: () => Date.now(),
    async lost() {
      const [outReason, errReason] = await Promise.all([out.failure(), err.failure()]);
      const losses: Loss[] = [];
      if (outReason !== null) losses.push({ output: "out", reason: outReason });
      if (errReason !== null && toldOnErr) losses.push({ output: "err", reason: errReason });
      return losses;
    },
  };
  return terminal;
}

type Output = { put(text: string): void; failure(): Promise<string | null> };

/**
 * A stream whose reader may be gone and whose disk may be full: it is written to until it fails, which ends nothing. Trap:
 * without a listener its error would end the process, in the middle of a write.
 */
function startOutput(stream: NodeJS.WriteStream): Output {
  let failed: NodeJS.ErrnoException | null = null;
  let wasUsed = false;
  const fail = (error: unknown): void => {
    failed ??= error instanceof Error ? error : new Error(String(error));
  };
  const put = (text: string): void => {
    if (failed !== null) return;
    // Listening opens the stream, which takes time that `--help` does not have to spare for both.
    if (!wasUsed) stream.on("error", fail);
    wasUsed = true;
    try {
      stream.write(text);
    } catch (error) {
      fail(error);
    }
  };
  const failure = async (): Promise<string | null> => {
    if (!wasUsed) return null;
    if (failed === null) {
      await new Promise<void>((resolve) => {
        stream.write("", (error) => {
          if (error instanceof Error) fail(error);
          resolve();
        });
      });
    }
    return failed === null ? null : (lossReasons[failed.code ?? ""] ?? failed.message);
  };
  return { put, failure };
}

const lossReasons: Readonly<Record<string, string>> = {
  EPIPE: "whoever read it has gone",
  ENOSPC: "no space is left for it",
  EIO: "its terminal has gone",
};

/** POSIX 8.2: the first of these that is set and not empty says which characters there are; Windows has them not, and sets OS. */
function showsUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale ? /utf-?8/i.test(locale) : env["OS"] === "Windows_NT";
}

/** Node leaves `isTTY` out where a stream is no terminal, whatever its types say. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY ?? false;
}

async function ask(question: string, terminal: Terminal): Promise<string | null> {
  const [{ createInterface }, { screenOf }] = await Promise.all([import("node:readline"), import("./screen.js")]);
  const reader = createInterface({ input: process.stdin, output: screenOf(terminal), terminal: true });
  return new Promise((resolve) => {
    let answered = false;
    const finish = (line: string | null): void => {
      if (answered) return;
      answered = true;
      reader.close();
      // What is said next begins a line.
      if (line === null) terminal.err("\n");
      resolve(line);
    };
    reader.on("SIGINT", () => finish(null));
    reader.on("close", () => finish(null));
    reader.question(question, finish);
  });
}

/** What waits for Ctrl-C in this process. */
const listening = new Set<() => void>();

/** Whether anything does: otherwise a signal ends the program. */
export function isListenedTo(): boolean {
  return listening.size > 0;
}

function onSignal(listener: () => void): () => void {
  listening.add(listener);
  for (const signal of endingSignals) process.on(signal, listener);
  return () => {
    listening.delete(listener);
    for (const signal of endingSignals) process.off(signal, listener);
  };
}
