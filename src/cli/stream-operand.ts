/** The operand that stands for standard output, and what is told where when a disk goes there. */
import type { Invocation } from "./options.js";
import type { Terminal } from "./terminal.js";

/** The operand that stands for it. */
export const streamOperand = "-";

/** Whether standard output is to have a disk. */
export function sendsDisk({ command, operands }: Pick<Invocation, "command" | "operands">): boolean {
  return command === "write" && operands.slice(1).includes(streamOperand);
}

/**
 * A terminal that leaves stdout alone. `isJson`: stderr has events alone, one a line, as stdout otherwise has; without it,
 * results are told as all else.
 */
export function withoutStandardOutput(terminal: Terminal, isJson: boolean): Terminal {
  const nothing = { value: (): void => undefined };
  return Object.create(terminal, {
    out: { value: (text: string) => terminal.tell(text) },
    ...(isJson ? { err: nothing, tell: nothing, draw: nothing, animated: { value: false } } : {}),
  }) as Terminal;
}
