/** Completion for zsh, by its `_arguments`. */
import { allCommands } from "../table/program.js";
import { isRepeated, type CommandSpec, type OperandSpec, type OptionSpec } from "../table/spec.js";
import { namesOf, operandValues, programOptions, valuesOf } from "./words.js";

export function zshCompletion(): string {
  const list = allCommands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n");
  const own = programOptions.map(([option, text]) => `    ${quoted(`(- *)${option}[${text}]`)} \\`).join("\n");
  return `#compdef win7usb
# zsh completion for win7usb: put it into a folder of $fpath as "_win7usb".
_win7usb() {
  local context state state_descr line
  local -A opt_args
  local -a commands
  commands=(
${list}
  )
  _arguments -C \\
${own}
    '1:command:->command' '*::argument:->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $words[1] in
${allCommands.map(commandCase).join("\n")}
      esac
      ;;
  esac
}
# Sourced, it defines; found by its name in $fpath, it completes.
if [[ $funcstack[1] == _win7usb ]]; then _win7usb "$@"; else compdef _win7usb win7usb; fi
`;
}

function commandCase({ name, options, operands }: CommandSpec): string {
  const specs = [...options.flatMap(optionSpecs), ...["-h", "--help"].map((word) => quoted(`(- *)${word}[show help]`))];
  specs.push(...operands.map(operandSpec));
  return `        ${name})\n          _arguments -s -S \\\n${specs.map((spec) => `            ${spec}`).join(" \\\n")}\n          ;;`;
}

function optionSpecs(option: OptionSpec): string[] {
  const names = namesOf(option);
  const others = isRepeated(option) ? "*" : `(${names.join(" ")})`;
  const summary = option.summary.replaceAll(/[[\]\\:]/g, "\\$&");
  return names.map((name) => {
    if (option.kind === "flag") return quoted(`${others}${name}[${summary}]`);
    const assign = name.startsWith("--") ? "=" : "+";
    return quoted(
      `${others}${name}${assign}[${summary}]:${option.value.replaceAll(/[[\]:]/g, "\\$&")}:${actionOf(option)}`,
    );
  });
}

function actionOf(option: OptionSpec): string {
  const values = valuesOf(option);
  if (values === null) return " ";
  if (values === "files") return "_files";
  return option.kind === "list"
    ? `_values -s , item ${values.map((value) => value.replaceAll("=", "\\=")).join(" ")}`
    : `(${values.join(" ")})`;
}

function operandSpec(operand: OperandSpec): string {
  const values = operandValues(operand);
  const action = values === "files" ? "_files" : `(${values.join(" ")})`;
  return quoted(`${operand.repeated === true ? "*" : operand.optional === true ? ":" : ""}:${operand.name}:${action}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
