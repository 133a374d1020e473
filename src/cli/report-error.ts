/** How a failure reaches the person and the script: the cause, then the next step; with `--json` an object on stdout. */
import { Win7UsbError } from "../errors.js";
import { jsonLine, printable } from "./escape.js";
import { wrap } from "./format.js";
import { hintFor } from "./hints.js";
import { tellsEvents, type Invocation } from "./options.js";
import { styleFor } from "./style.js";
import type { Terminal } from "./terminal.js";

const issueHint = "This is a fault in win7usb. Please report it with the command and this text.";

export type ErrorFields = {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly data?: Record<string, unknown>;
  readonly others?: readonly ErrorFields[];
};

/** `write` and `read` speak in events, one a line; the other commands in one object. */
export type JsonForm = "event" | "object";

/** How this command line wants errors told to a script; null where none reads it. */
export function jsonFormOf(invocation: Invocation): JsonForm | null {
  const { options } = invocation;
  if (!("json" in options) || !options.json) return null;
  return tellsEvents(invocation) ? "event" : "object";
}

export function errorLine(fields: ErrorFields, form: JsonForm): string {
  return jsonLine(form === "event" ? { schema: 1, event: "error", ...fields } : { schema: 1, error: fields });
}

/** What `--json` says of a failure. */
export function errorFields(thrown: unknown, invocation: Invocation): ErrorFields {
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
  const form = jsonFormOf(invocation);
  if (form !== null) terminal.out(errorLine(errorFields(thrown, invocation), form));
  terminal.err(reportText(thrown, invocation, terminal));
  if (!(thrown instanceof Win7UsbError) && thrown instanceof Error) terminal.err(callsOf(thrown));
}

/** The failure and all that stood in the way with it, for people. */
export function reportText(thrown: unknown, invocation: Invocation, terminal: Terminal): string {
  const fields = errorFields(thrown, invocation);
  const told = [fields, ...(fields.others ?? [])];
  return told
    .map(({ hint, ...rest }, index) => {
      // What helps against several of them is said once, after the last.
      const isLater = hint === undefined || told.slice(index + 1).some((later) => later.hint === hint);
      return errorText(isLater ? rest : { ...rest, hint }, terminal);
    })
    .join("");
}

/** `win7usb: what failed`, and the hint below it. */
export function errorText({ message, hint }: ErrorFields, terminal: Terminal): string {
  const style = styleFor(terminal);
  const lines = [wrap(`${style.bad("win7usb:")} ${printable(message)}`, terminal.columns, "  ")];
  if (hint !== undefined) lines.push(wrap(`  hint: ${printable(hint)}`, terminal.columns, "        "));
  return `${lines.join("\n")}\n`;
}

/** Where it was thrown, for the report; a stack begins with the message, which was told. */
function callsOf({ stack = "" }: Error): string {
  const calls = stack.split("\n").filter((line) => /^ +at /.test(line));
  return calls.map((line) => `${printable(line)}\n`).join("");
}
