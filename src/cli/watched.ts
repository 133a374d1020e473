/** A terminal that is told less (`--quiet`), and one whose texts are kept in a file (`--log`). */
import { closeSync, openSync, writeSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { imageFileIdentity } from "../drive/same-file.js";
import { reasonOf, Win7UsbError } from "../errors.js";
import { withoutSteering } from "./escape.js";
import { wantsJson } from "./last-word.js";
import type { Invocation } from "./options.js";
import type { Terminal } from "./terminal.js";

export type Watched = {
  readonly terminal: Terminal;
  /** For errors, which are never kept back. */
  readonly loud: Terminal;
  /** Ends the log; why it does not have all, as a sentence, or null. */
  lost(): string | null;
};

/** Throws `usage` where the log cannot be begun, or would be written into what is read or made. */
export async function watch(invocation: Invocation, terminal: Terminal): Promise<Watched> {
  const { options } = invocation;
  const isQuiet = "quiet" in options && options.quiet;
  const path = "log" in options ? options.log : undefined;
  if (path === undefined) return { terminal: isQuiet ? quietOf(terminal) : terminal, loud: terminal, lost: () => null };
  await requireOwnFile(path, invocation);
  const log = openLog(path, terminal);
  const append = (text: string): void => log.append(text);
  const loud = logged(terminal, append, wantsJson(invocation));
  return { terminal: isQuiet ? quietOf(loud, append) : loud, loud, lost: () => log.end() };
}

/** The log is appended to whatever is there: an image that is named by mistake would be spoilt. */
async function requireOwnFile(path: string, { operands, options }: Invocation): Promise<void> {
  const iso = "iso" in options && options.iso !== undefined ? [options.iso] : [];
  const log = await imageFileIdentity(path);
  for (const other of [...operands, ...iso]) {
    if ((await imageFileIdentity(other)) !== log) continue;
    throw new Win7UsbError("usage", `${path} is ${other} itself, and no file for a log`, {
      hint: "Give the log a name of its own.",
    });
  }
}

function openLog(path: string, terminal: Terminal): { append(text: string): void; end(): string | null } {
  let descriptor: number;
  try {
    descriptor = openSync(path, "a");
  } catch (cause) {
    throw new Win7UsbError("usage", `the log ${path} cannot be written: ${reasonOf(cause)}`, {
      hint: "Name a file in a folder that you may write to.",
      cause,
    });
  }
  let failed: string | null = null;
  return {
    append(text) {
      if (failed !== null) return;
      const time = new Date(terminal.now()).toISOString();
      const lines = stripVTControlCharacters(withoutSteering(text, true)).split("\n");
      const told = lines.filter((line) => line.trim() !== "");
      try {
        writeSync(descriptor, told.map((line) => `${time} ${line.trimEnd()}\n`).join(""));
      } catch (error) {
        failed = `the log ${path} could not be written: ${reasonOf(error)}`;
      }
    },
    end() {
      closeSync(descriptor);
      return failed;
    },
  };
}

/** What scripts read is theirs to keep. Trap: columns and rows are asked for each time. */
function logged(terminal: Terminal, append: (text: string) => void, isJson: boolean): Terminal {
  return Object.create(terminal, {
    log: { value: append },
    out: {
      value(text: string) {
        if (!isJson) append(text);
        terminal.out(text);
      },
    },
    err: {
      value(text: string) {
        append(text);
        terminal.err(text);
      },
    },
    tell: {
      value(text: string) {
        append(text);
        terminal.tell(text);
      },
    },
  }) as Terminal;
}

/** Results alone. Nothing is redrawn, and what is not shown may be kept. */
function quietOf(terminal: Terminal, keep: (text: string) => void = () => undefined): Terminal {
  return Object.create(terminal, {
    animated: { value: false },
    err: { value: keep },
    draw: { value: () => undefined },
  }) as Terminal;
}
