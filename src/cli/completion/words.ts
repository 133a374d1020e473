/** What all shells complete: the words of the table, in the order in which it has them. */
import { allCommands } from "../table/program.js";
import { isPath, type CommandSpec, type OperandSpec, type OptionSpec } from "../table/spec.js";
import { shells } from "../table/commands.js";

export const programOptions = [
  ["-h", "show a screen of help"],
  ["--help", "show help"],
  ["-V", "show the version"],
  ["--version", "show the version"],
] as const;

/** `-f` and `--filesystem`. */
export function namesOf({ long, short }: OptionSpec): string[] {
  return short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`];
}

/** Words that the value of an option may be, or begin with; "files" where it is a file, null where it is free. */
export function valuesOf(option: OptionSpec): readonly string[] | "files" | null {
  if (option.kind === "choice") return option.choices;
  if (option.kind === "list") return option.choices ?? option.beginnings ?? null;
  return isPath(option) ? "files" : null;
}

/** Words that an operand may be; "files" where it is a file or a drive. */
export function operandValues({ kind }: OperandSpec): readonly string[] | "files" {
  if (kind === "shell") return shells;
  return kind === "command" ? allCommands.map(({ name }) => name) : "files";
}

export function valued({ options }: CommandSpec): OptionSpec[] {
  return options.filter(({ kind }) => kind !== "flag");
}
