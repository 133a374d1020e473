/** Completion for fish. */
import { allCommands } from "../table/program.js";
import type { CommandSpec, OptionSpec } from "../table/spec.js";
import { operandValues, valuesOf } from "./words.js";

export function fishCompletion(): string {
  const lines = [
    '# fish completion for win7usb: put it into ~/.config/fish/completions as "win7usb.fish".',
    "# The items of a list, behind its last comma.",
    "function __win7usb_items",
    "  set -l before (string match -r '^.*,' -- (commandline -ct))",
    "  printf '%s\\n' \"$before\"$argv",
    "end",
    "complete -c win7usb -f",
    'complete -c win7usb -n __fish_use_subcommand -s V -l version -d "show the version"',
    'complete -c win7usb -s h -l help -d "show help"',
    ...allCommands.map(
      ({ name, summary }) => `complete -c win7usb -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...allCommands.flatMap(commandLines),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines({ name, operands, options }: CommandSpec): string[] {
  const condition = `complete -c win7usb -n "__fish_seen_subcommand_from ${name}"`;
  const [operand] = operands;
  const values = operand === undefined ? [] : operandValues(operand);
  const words = values === "files" ? ["-F"] : values.length === 0 ? [] : [`-a ${quoted(values.join(" "))}`];
  return [...words, ...options.map(optionWords)].map((rest) => `${condition} ${rest}`);
}

function optionWords(option: OptionSpec): string {
  const { long, short, summary, kind } = option;
  const names = `${short === undefined ? "" : `-s ${short} `}-l ${long}`;
  const values = kind === "flag" ? null : valuesOf(option);
  const value = kind === "flag" ? "" : values === "files" ? " -r -F" : " -x";
  const words = Array.isArray(values)
    ? ` -a ${quoted(kind === "list" ? `(__win7usb_items ${values.join(" ")})` : values.join(" "))}`
    : "";
  return `${names}${value}${words} -d ${quoted(summary)}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\$]/g, "\\$&")}"`;
}
