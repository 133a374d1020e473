/** Help as text of 80 columns: `-h` for one screen, `--help` with everything. */
import { printable } from "./escape.js";
import { wrap } from "./format.js";
import { allCommands, exitMeanings, programExamples, programName, programSummary } from "./table/program.js";
import type { CommandSpec, Example, OperandSpec, OptionSpec } from "./table/spec.js";
import { isRepeated, optionGroups } from "./table/spec.js";

const columns = 80;

export function helpText(command: CommandSpec | null, isLong: boolean): string {
  if (command === null) return programHelp(isLong);
  return isLong ? longHelp(command) : shortHelp(command);
}

/** `win7usb write [options] <iso> <target>...` */
export function usageLine({ name, operands, options }: CommandSpec): string {
  return [programName, name, ...(options.length > 0 ? ["[options]"] : []), ...operands.map(operandWord)].join(" ");
}

export function operandWord({ name, optional, repeated }: OperandSpec): string {
  const word = optional === true ? `[${name}]` : `<${name}>`;
  return repeated === true ? `${word}...` : word;
}

/** `-f, --filesystem <name>`; without a short name, in the column of those that have one. */
export function optionWords(option: OptionSpec): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  return option.kind === "flag" ? `${short}--${option.long}` : `${short}--${option.long} <${option.value}>`;
}

function programHelp(isLong: boolean): string {
  const list = rows(allCommands.map(({ name, summary }) => [name, summary]));
  const codes = exitMeanings.filter(([code]) => code !== 1).map(([code, words]) => `${code} ${words}`);
  const exits = isLong
    ? `Exit codes:\n${rows(exitMeanings.map(([code, , meaning]) => [String(code), meaning]))}`
    : `${wrap(`Exit codes: ${codes.join(", ")}.`, columns)}\n`;
  return [
    `${wrap(programSummary, columns)}\n`,
    `Usage: ${programName} <command> [options] [operands]\n`,
    `Commands:\n${list}`,
    `Examples:\n${exampleLines(programExamples)}`,
    exits,
    `${programName} <command> -h lists the options of a command, --help explains them.\n`,
  ].join("\n");
}

function shortHelp(command: CommandSpec): string {
  const { description, operands, options, name } = command;
  const [first = ""] = description.split(/(?<=[.?:]) /);
  return [
    `${wrap(first.replace(/:$/, "."), columns)}\n`,
    `Usage: ${usageLine(command)}\n`,
    rows([
      ...operands.map((operand): Example => [operandWord(operand), operand.summary]),
      ...options.map((option): Example => [optionWords(option), option.summary]),
    ]),
    `${programName} ${name} --help explains them.\n`,
  ].join("\n");
}

function longHelp(command: CommandSpec): string {
  const { description, operands, options } = command;
  const sections = Object.entries(optionGroups).flatMap(([group, title]) => {
    const own = options.filter((option) => option.group === group);
    return own.length === 0 ? [] : [`${title}:\n${own.map(explained).join("")}`];
  });
  return [
    `Usage: ${usageLine(command)}\n`,
    `${wrap(description, columns)}\n`,
    ...(operands.length === 0 ? [] : [rows(operands.map((operand) => [operandWord(operand), operand.summary]))]),
    ...sections,
    ...(command.examples.length === 0 ? [] : [`Examples:\n${exampleLines(command.examples)}`]),
  ].join("\n");
}

/** An option with all that is said of it. */
function explained(option: OptionSpec): string {
  const text = explanation(option);
  return `  ${optionWords(option)}\n${indented(text, 10)}\n`;
}

/** The sentences that help and manual page have of an option. */
export function explanation(option: OptionSpec): string {
  const { summary, details } = option;
  const sentences = [`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`];
  if (details !== undefined) sentences.push(details);
  if (option.kind === "list" && option.choices !== undefined) sentences.push(`Names: ${option.choices.join(", ")}.`);
  if (isRepeated(option)) sentences.push("May be repeated.");
  if (option.kind === "choice") sentences.push(`The default is ${option.default}.`);
  return sentences.join(" ");
}

/** A line each, with its purpose beside it where there is room for all. What was typed may be among the words. */
export function exampleLines(examples: readonly Example[]): string {
  const list = examples.map(([line, purpose]): Example => [printable(line), purpose]);
  const width = Math.max(...list.map(([line]) => line.length));
  const isNarrow = list.every(([, purpose]) => width + purpose.length + 4 <= columns);
  return list
    .map(([line, purpose]) => (isNarrow ? `  ${line.padEnd(width)}  ${purpose}\n` : `  # ${purpose}\n  ${line}\n`))
    .join("");
}

/** Two columns; the second is wrapped in its own. */
function rows(list: readonly Example[]): string {
  const width = Math.max(...list.map(([term]) => term.length)) + 4;
  return list.map(([term, text]) => `  ${term.padEnd(width - 2)}${indented(text, width).trimStart()}\n`).join("");
}

function indented(text: string, indent: number): string {
  const space = " ".repeat(indent);
  return space + wrap(text, columns - indent).replaceAll("\n", `\n${space}`);
}
