/** The same command with more rights: how it is said to people, and how it is run. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { platform } from "../drive/platform.js";
import { quoted } from "./next-command.js";
import type { Terminal } from "./terminal.js";
import { endingSignals } from "./terminal.js";

/** A way to more rights. */
export type Elevation = {
  /** How people call it. */
  readonly by: "sudo" | "pkexec" | "Administrator";
  /** The command as it can be typed. */
  readonly line: string;
  /** What is run. */
  readonly words: readonly [string, ...string[]];
};

/** `words`: the program and its operands. Null where this machine has no such way. */
export function elevationOf(words: readonly string[], folder: string, on = platform): Elevation | null {
  if (on === "win32") return asAdministrator(words, folder);
  const program = (["sudo", "pkexec"] as const).find(isInstalled);
  if (program === undefined) return null;
  // pkexec starts in root's own folder, and knows no other.
  const moved = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", folder];
  const all = [program, ...(program === "pkexec" ? moved : []), ...words] as const;
  return { by: program, line: all.map(quoted).join(" "), words: all };
}

/** Another window, which stays when the command has ended. Traps: it starts in the system's folder, and only its script is kept as it is. */
function asAdministrator(words: readonly string[], folder: string): Elevation {
  const line = `& ${words.map(powershellQuoted).join(" ")}`;
  const script = `Set-Location -LiteralPath ${powershellQuoted(folder)}; ${line}`;
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  const start = `Start-Process powershell.exe -Verb RunAs -ArgumentList '-NoExit -NoProfile -EncodedCommand ${encoded}'`;
  return { by: "Administrator", line, words: ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", start] };
}

/** about_Quoting_Rules: nothing has a meaning within single quotes but these. Typographic ones count as well. */
function powershellQuoted(word: string): string {
  return /^[\w.:\\/=,+-]+$/.test(word) && !word.startsWith("-") ? word : `'${word.replaceAll(/['‘’‚‛]/g, "$&$&")}'`;
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** How this program was started, with other operands. An executable's own path stands twice. */
export function ownWords(operands: readonly string[]): string[] {
  const [node = process.execPath, script] = process.argv;
  return script === undefined || script === node
    ? [process.execPath, ...operands]
    : [process.execPath, script, ...operands];
}

/**
 * Says the command that has the rights; asks whether to run it where `asks` and somebody is there, and runs it after a yes. Resolves to
 * its exit code, or to `otherwise`.
 */
export async function offerRights(
  operands: readonly string[],
  terminal: Terminal,
  asks: boolean,
  otherwise: number,
): Promise<number> {
  const elevation = elevationOf(ownWords(operands), process.cwd());
  if (elevation === null) return otherwise;
  terminal.err(`\n  ${elevation.line}\n\n`);
  if (!asks || !terminal.interactive) return otherwise;
  const how = elevation.by === "Administrator" ? "as Administrator, in a window of its own" : `with ${elevation.by}`;
  const answer = await terminal.ask(`Run it ${how}? [y/N] `);
  if (!/^y(?:es)?$/i.test((answer ?? "").trim())) return otherwise;
  const exitCode = await runWords(elevation.words);
  return elevation.by === "Administrator" ? otherwise : exitCode;
}

/** With this process's own terminal. Ctrl-C is the command's, which ends as it sees fit. */
async function runWords([command, ...parameters]: Elevation["words"]): Promise<number> {
  const child = spawn(command, parameters, { stdio: "inherit" });
  const pass = (signal: NodeJS.Signals): void => void (signal === "SIGINT" || child.kill(signal));
  for (const signal of endingSignals) process.on(signal, pass);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (exitCode, signal) => resolve(exitCode ?? (signal === null ? 1 : 130)));
    });
  } finally {
    for (const signal of endingSignals) process.off(signal, pass);
  }
}
