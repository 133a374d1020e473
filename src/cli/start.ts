/**
 * Where the program begins: bin/win7usb.js calls this. It is bundled as a CommonJS module, which Node loads without a
 * thread: their number is set here, once the command line says how many targets there are.
 */
import { stat } from "node:fs/promises";
import { boundEnd, keepLastWord, wantsJson } from "./last-word.js";
import { main, type Execute } from "./main.js";
import { writesTargets, type Invocation } from "./options.js";
import { sticksAtOnce } from "../station/sticks-at-once.js";
import type * as Run from "./run.js";
import { processTerminal, type Terminal } from "./terminal.js";

/** run.ts for one command, where it is a script of its own. */
export type RunOf = (command: Invocation["command"]) => Pick<typeof Run, "run"> | undefined;

/** Milliseconds after which what tells of files that do not answer is loaded. */
const isLongMs = 500;

/** Threads for files: each target keeps two of them waiting, the image two more, and so does what is read beside them. */
const threadsFor = (operands: number): number => 2 * (operands + 3);

/** No operand names the sticks of a station. */
const targetsOf = ({ command, operands }: Invocation): number =>
  command === "station" ? sticksAtOnce : operands.length;

/**
 * What a drive may hold up is another process's: a write, and what reads a drive. A second start takes its time, which a dry
 * run and reading a file do not need.
 */
const execute = async (
  invocation: Invocation,
  terminal: Terminal,
  onLack: () => void,
  runOf: RunOf,
): Promise<number> => {
  process.env["UV_THREADPOOL_SIZE"] ||= String(threadsFor(targetsOf(invocation)));
  const release = keepLastWord(invocation, terminal);
  try {
    if (!writesTargets(invocation) && !(await told(readsDrive(invocation), invocation, terminal))) {
      const { run } = runOf(invocation.command) ?? (await import("./run.js"));
      return await run(invocation, terminal, onLack);
    }
  } finally {
    release();
  }
  const { supervise } = await import("./supervise.js");
  return supervise(invocation, terminal, onLack);
};

/** `work`, which asks for the files of a command line; where it takes long, files that do not answer are told of. */
async function told<T>(work: Promise<T>, invocation: Invocation, terminal: Terminal): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => {
    void import("./waiting.js").then(({ startWaiting }) => {
      if (over.signal.aborted) return;
      const waiting = startWaiting(invocation, () => terminal);
      over.signal.addEventListener("abort", () => waiting.end());
    });
  }, isLongMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** Whether an operand, or the image of a check, is a drive. */
async function readsDrive({ operands, options }: Invocation): Promise<boolean> {
  const paths = "iso" in options ? [...operands, options.iso] : operands;
  return (await Promise.all(paths.map(isDrive))).includes(true);
}

async function isDrive(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isBlockDevice(),
    () => false,
  );
}

/** `argv` without node and script. Resolves to the exit code; never throws. */
export async function start(argv: readonly string[], runOf: RunOf = () => undefined): Promise<number> {
  const executeOrOffer: Execute = async (invocation, terminal) => {
    let lacksRights = false;
    const exitCode = await execute(invocation, terminal, () => (lacksRights = true), runOf);
    // A script has decided for itself, and reads no questions.
    const asks = !wantsJson(invocation) && !("yes" in invocation.options && invocation.options.yes);
    return lacksRights ? offer(asks, exitCode, terminal) : exitCode;
  };
  const offer = async (asks: boolean, otherwise: number, terminal: Terminal): Promise<number> => {
    const { offerRights } = await import("./elevation.js");
    return offerRights(argv, terminal, asks, otherwise);
  };
  const exitCode = await main(argv, processTerminal(), executeOrOffer, async (open, terminal) => {
    const { askFor, keepWindow } = await import("./ask.js");
    const asked = await askFor(open, terminal);
    const code =
      "invocation" in asked
        ? await executeOrOffer(asked.invocation, terminal)
        : await (asked.lacksRights ? offer(true, asked.exitCode, terminal) : asked.exitCode);
    if (open.kind === "guided") await keepWindow(terminal);
    return code;
  });
  boundEnd(exitCode);
  return exitCode;
}
