/** The command line from its words to an exit code. */
import { exitCodes } from "../errors.js";
import { conclude } from "./conclude.js";
import { jsonLine } from "./escape.js";
import type { Invocation, Open } from "./options.js";
import type { Parsed } from "./parse.js";
import { parse } from "./parse.js";
import { wantsJson } from "./last-word.js";
import { sendsDisk, withoutStandardOutput } from "./stream-operand.js";
import type { Terminal } from "./terminal.js";
import { processTerminal } from "./terminal.js";

/** Runs a command; resolves to the exit code and never throws. */
export type Execute = (invocation: Invocation, terminal: Terminal) => Promise<number>;

/** Asks for what a command line lacks, and runs it; resolves to the exit code and never throws. */
export type Complete = (open: Open, terminal: Terminal) => Promise<number>;

const inThisProcess: Execute = async (invocation, terminal) => {
  const { run } = await import("./run.js");
  return run(invocation, terminal);
};

/** Resolves to the exit code; never throws. `argv` without node and script. */
export async function main(
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
  execute: Execute = inThisProcess,
  complete?: Complete,
): Promise<number> {
  const parsed = await parse(argv);
  if (parsed.kind === "usage" && parsed.open !== undefined && complete !== undefined && terminal.interactive) {
    return conclude(terminal, await complete(parsed.open, terminal));
  }
  const heard = hearing(parsed, terminal);
  const exitCode = parsed.kind === "run" ? await execute(parsed.invocation, heard) : await answer(parsed, heard);
  return conclude(heard, exitCode);
}

/** The terminal; where a disk goes to stdout, one that tells nothing there. */
function hearing(parsed: Parsed, terminal: Terminal): Terminal {
  if (parsed.kind === "run" && sendsDisk(parsed.invocation)) {
    return withoutStandardOutput(terminal, wantsJson(parsed.invocation));
  }
  if (parsed.kind === "usage" && parsed.sendsDisk) return withoutStandardOutput(terminal, parsed.json !== null);
  return terminal;
}

/** What needs no command: help, the version, and what is wrong with a command line. Resolves to the exit code. */
async function answer(parsed: Exclude<Parsed, { kind: "run" }>, terminal: Terminal): Promise<number> {
  if (parsed.kind === "version") {
    const { packageVersion } = await import("../version.js");
    terminal.out(parsed.json ? jsonLine({ schema: 1, version: packageVersion }) : `${packageVersion}\n`);
    return 0;
  }
  const { exampleLines, helpText, usageLine } = await import("./help.js");
  if (parsed.kind === "help") {
    const text = helpText(parsed.command, parsed.isLong);
    terminal.out(parsed.json ? jsonLine({ schema: 1, help: text }) : text);
    return 0;
  }
  const { message, command, json, next } = parsed;
  const name = command === null ? "win7usb" : `win7usb ${command.name}`;
  const hint = `${name} --help shows what can be asked for`;
  const fields = { code: "usage", message: message ?? "no command is given", hint: `${hint}.` };
  const { errorLine, errorText } = await import("./report-error.js");
  if (json !== null) terminal.out(errorLine(fields, json));
  if (message === null) terminal.err(helpText(command, false));
  else {
    const usage = command === null ? "" : `Usage: ${usageLine(command)}\n`;
    const examples = next.length === 0 ? "" : `Next:\n${exampleLines(next)}`;
    terminal.err(`${errorText({ code: "usage", message }, terminal)}${usage}${examples}(${hint})\n`);
  }
  return exitCodes.usage;
}
