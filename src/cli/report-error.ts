/** How a failure reaches the person and the script: the cause, then the next step; with `--json` an object on stdout. */
import { Win7UsbError } from "../errors.js";
import { writesTargets, type Invocation } from "./options.js";
import { printable, wrap } from "./format.js";
import { hintFor } from "./hints.js";
import { styleFor } from "./style.js";
import type { Terminal } from "./terminal.js";

const issueHint = "This is a fault in win7usb. Please report it with the command and this text.";

type ErrorFields = {
  code: string;
  message: string;
  hint?: string;
  data?: Record<string, unknown>;
  others?: ErrorFields[];
};

/** What `--json` says of a failure. */
function errorFields(thrown: unknown, invocation: Invocation): ErrorFields {
  const { command, options } = invocation;
  if (!(thrown instanceof Win7UsbError)) {
    return { code: "internal", message: thrown instanceof Error ? thrown.message : String(thrown), hint: issueHint };
  }
  const hint = hintFor(thrown, command, "size" in options ? options.size : undefined);
  return {
    code: thrown.code,
    message: thrown.message,
    ...(hint === undefined ? {} : { hint }),
    ...(Object.keys(thrown.data).length === 0 ? {} : { data: thrown.data }),
    ...(thrown.others.length === 0 ? {} : { others: thrown.others.map((other) => errorFields(other, invocation)) }),
  };
}

export function reportError(thrown: unknown, invocation: Invocation, terminal: Terminal): void {
  const fields = errorFields(thrown, invocation);
  const { options } = invocation;
  if ("json" in options && options.json) {
    // `write` speaks in events, one a line; the other commands in one object.
    const object = writesTargets(invocation) ? { schema: 1, event: "error", ...fields } : { schema: 1, error: fields };
    terminal.out(`${JSON.stringify(object)}\n`);
  }
  const style = styleFor(terminal);
  const told = [fields, ...(fields.others ?? [])];
  for (const [index, { message, hint }] of told.entries()) {
    terminal.err(`${style.bad("win7usb:")} ${printable(message)}\n`);
    // What helps against several of them is said once, after the last.
    if (hint === undefined || told.slice(index + 1).some((later) => later.hint === hint)) continue;
    terminal.err(`${wrap(`  hint: ${hint}`, terminal.columns, "        ")}\n`);
  }
  if (!(thrown instanceof Win7UsbError) && thrown instanceof Error && thrown.stack !== undefined) {
    terminal.err(`${thrown.stack}\n`);
  }
}
