/**
 * The terminal as the commands see it: handed in, so that tests can be one. What scripts read goes to `out`; whatever
 * is meant for people goes to `err`.
 */
export type Terminal = {
  out(text: string): void;
  err(text: string): void;
  /** Somebody is there to answer: stdin and stderr are terminals. */
  readonly interactive: boolean;
  /** stderr is a terminal that can redraw a line. */
  readonly animated: boolean;
  /** ANSI colour on stderr and stdout. */
  readonly color: boolean;
  /** Characters in a line. */
  readonly columns: number;
  /** Shows `question` and returns the line typed, or null where input ended. */
  ask(question: string): Promise<string | null>;
  /** Calls `listener` at the first Ctrl-C or request to end; the returned function stops listening. */
  onInterrupt(listener: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
};

const defaultColumns = 80;

/** Ctrl-C, and what else asks a process to end. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The process's own terminal. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const dumb = env["TERM"] === "dumb";
  // https://no-color.org: any non-empty value switches colour off.
  const color = isTerminal(stderr) && isTerminal(stdout) && !env["NO_COLOR"] && !dumb;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: isTerminal(stdin) && isTerminal(stderr),
    animated: isTerminal(stderr) && !dumb && !env["CI"],
    color,
    // A serial console has no size, and says that it has 0 columns.
    columns: stderr.columns || defaultColumns,
    ask,
    onInterrupt,
    now: () => Date.now(),
  };
}

/** Node leaves `isTTY` out where a stream is no terminal, whatever its types say. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY ?? false;
}

async function ask(question: string): Promise<string | null> {
  const { createInterface } = await import("node:readline");
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    let answered = false;
    const finish = (line: string | null): void => {
      if (answered) return;
      answered = true;
      reader.close();
      resolve(line);
    };
    reader.on("SIGINT", () => finish(null));
    reader.on("close", () => finish(null));
    reader.question(question, finish);
  });
}

function onInterrupt(listener: () => void): () => void {
  for (const signal of endingSignals) process.on(signal, listener);
  return () => {
    for (const signal of endingSignals) process.off(signal, listener);
  };
}
