/** Commander's parser, made from the table of commands; nothing else knows commander. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { parseSize } from "./format.js";
import { listItems } from "./list-items.js";
import { allCommands, programName } from "./table/program.js";
import { isPath, optionKey, type CommandSpec, type ListSpec, type OptionSpec } from "./table/spec.js";

/** Answered whatever else stands on the command line. */
type Asked =
  | { readonly kind: "help"; readonly command: CommandSpec | null; readonly isLong: boolean }
  | { readonly kind: "version" };
export type ParserOutcome =
  | Asked
  | {
      readonly kind: "run";
      readonly command: CommandSpec;
      readonly operands: readonly string[];
      /** By the names that the table gives them. */
      readonly options: object;
    }
  /** `message` is null where no command was named. `lacksWord`: an operand, or a command in its place. */
  | { readonly kind: "usage"; readonly message: string | null; readonly lacksWord: boolean };

/** Ends the parser where it meets an option that asks. */
class AskedError extends Error {
  readonly asked: Asked;
  constructor(asked: Asked) {
    super(asked.kind);
    this.asked = asked;
  }
}

/** An option that takes one value was given another one: either could be meant. */
class RepeatedError extends Error {}

export function parseWords(words: readonly string[]): ParserOutcome {
  let outcome: ParserOutcome = { kind: "usage", message: null, lacksWord: false };
  const program = withHelp(new Command(programName), null)
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .option("-V, --version")
    .on("option:version", () => {
      throw new AskedError({ kind: "version" });
    });
  for (const command of allCommands) {
    const parser = withHelp(program.command(command.name), command);
    for (const { name, optional, repeated } of command.operands) {
      const text = repeated === true ? `${name}...` : name;
      parser.argument(optional === true ? `[${text}]` : `<${text}>`);
    }
    for (const spec of command.options) parser.addOption(optionOf(spec));
    parser.action(() => {
      outcome = { kind: "run", command, operands: parser.args, options: parser.opts() };
    });
  }
  const swallowing = swallowedOption(words);
  if (swallowing !== null) return { kind: "usage", message: swallowing, lacksWord: false };
  try {
    program.parse(words, { from: "user" });
  } catch (error) {
    if (error instanceof AskedError) return error.asked;
    if (error instanceof RepeatedError) return { kind: "usage", message: error.message, lacksWord: false };
    if (!(error instanceof CommanderError)) throw error;
    const lacksWord = ["commander.missingArgument", "commander.unknownCommand"].includes(error.code);
    const message = error.code === "commander.help" ? null : sentenceOf(error);
    return { kind: "usage", message, lacksWord };
  }
  const empty = emptyPath(outcome);
  return empty === null ? outcome : { kind: "usage", message: empty, lacksWord: false };
}

/** A variable of a script that is not set names no file, and something else would be made or read in its place. */
function emptyPath(outcome: ParserOutcome): string | null {
  if (outcome.kind !== "run") return null;
  const { command, operands, options } = outcome;
  const repeated = command.operands.length - 1;
  const operand = operands.findIndex((word) => word === "");
  if (operand !== -1) return `the argument '${command.operands[Math.min(operand, repeated)]!.name}' is empty`;
  const given: Readonly<Record<string, unknown>> = { ...options };
  const empty = command.options.find((option) => {
    if (!isPath(option)) return false;
    const value = given[optionKey(option.long)];
    const words = [value].flat();
    // In front of the sign where files go: that is one of --add alone.
    const withPlace = option.kind === "folders" && option.value.includes("=");
    return words.some((word) => word === "" || (withPlace && typeof word === "string" && /^=[^=]*$/.test(word)));
  });
  return empty === undefined ? null : `the path behind --${empty.long} is empty`;
}

/**
 * A value that is itself an option of the command was forgotten: commander would take it, and `--label --dry-run` would
 * write. Whoever means it joins the two: `--label=-n`.
 */
function swallowedOption([name, ...words]: readonly string[]): string | null {
  const options = allCommands.find((command) => command.name === name)?.options ?? [];
  const all = new Set(options.flatMap(wordsOf));
  const valued = new Set(options.filter(({ kind }) => kind !== "flag").flatMap(wordsOf));
  for (const [index, word] of words.entries()) {
    if (word === "--") return null;
    const next = words[index + 1];
    if (!valued.has(word) || next === undefined || !all.has(next.replace(/=.*$/s, ""))) continue;
    return `${word} needs a value, and ${next} is an option; joined by = it is the value`;
  }
  return null;
}

function wordsOf({ long, short }: OptionSpec): string[] {
  return [`--${long}`, ...(short === undefined ? [] : [`-${short}`])];
}

/** On one line: commander puts what was perhaps meant on a second one. */
function sentenceOf({ message }: CommanderError): string {
  return message.replace(/^error: /, "").replace(/\n\((Did you mean [^()\n]*\?)\)$/, " ($1)");
}

/** `-h` and `--help` differ, which commander's own do not. */
function withHelp(parser: Command, command: CommandSpec | null): Command {
  parser.helpOption(false);
  parser.option("-h").on("option:h", () => {
    throw new AskedError({ kind: "help", command, isLong: false });
  });
  return parser.option("--help").on("option:help", () => {
    throw new AskedError({ kind: "help", command, isLong: true });
  });
}

function optionOf(spec: OptionSpec): Option {
  const dashed = spec.short === undefined ? `--${spec.long}` : `-${spec.short}, --${spec.long}`;
  if (spec.kind === "flag") return new Option(dashed);
  const option = new Option(`${dashed} <${spec.value}>`);
  if (spec.kind === "choice")
    return option.argParser(once(spec, (text) => choiceOf(text, spec.choices))).default(spec.default);
  if (spec.kind === "size") return option.argParser(once(spec, sizeOf));
  if (spec.kind === "count") return option.argParser(once(spec, countOf));
  if (spec.kind === "folders" || spec.kind === "files") {
    return option.argParser((text: string, before: readonly string[]) => [...before, text]).default([]);
  }
  if (spec.kind !== "list") return option.argParser(once(spec, (text) => text));
  return option.argParser((text: string, before: readonly string[]) => [...before, ...itemsOf(text, spec)]).default([]);
}

/** Takes one value: the last of several would win without a word. */
function once<Value>({ long }: OptionSpec, take: (text: string) => Value): (text: string) => Value {
  let given: string | null = null;
  return (text) => {
    if (given !== null) {
      const values = [given, text].map((value) => JSON.stringify(value)).join(" and ");
      throw new RepeatedError(`--${long} takes one value and was given twice: ${values}`);
    }
    given = text;
    return take(text);
  };
}

function itemsOf(text: string, { choices }: ListSpec): string[] {
  const items = listItems(text);
  if (items.length === 0) throw new InvalidArgumentError("The list is empty.");
  return choices === undefined ? items : items.map((item) => choiceOf(item, choices));
}

/** Choices are told apart without their case. */
function choiceOf(text: string, choices: readonly string[]): string {
  const choice = choices.find((each) => each === text.toLowerCase());
  if (choice === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
  return choice;
}

function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

function sizeOf(text: string): number {
  const size = parseSize(text);
  if (size === undefined) throw new InvalidArgumentError("Give a size such as 8G, 512M or 4294967296.");
  return size;
}
