/** One command for one image or target, or for several: one after the other, a table of what was found, the worst exit code. */
import { exitCodes, Win7UsbError } from "../errors.js";
import { jsonLine, printable } from "./escape.js";
import { wantsJson } from "./last-word.js";
import type { Invocation } from "./options.js";
import { table } from "./render/table.js";
import { errorFields, reportText } from "./report-error.js";
import { styleFor } from "./style.js";
import type { Terminal } from "./terminal.js";

export type Outcome<Report> = { readonly report: Report; readonly exitCode: number };
type Entry<Report> = { readonly path: string } & (Outcome<Report> | { readonly error: Win7UsbError });

/** How a report is told: alone, in the table, and to scripts. */
export type Telling<Report> = {
  /** All of it, where there is no other. */
  alone(report: Report): string;
  /** Heads of the columns for the path and for the report. */
  readonly columns: readonly [string, string, string];
  /** Verdict, and what was found. */
  row(report: Report): readonly [string, string];
  /** Before the table; null where the table is enough. */
  beforeTable(report: Report): string | null;
  json(report: Report): unknown;
  /** Told of what one of them fails with, as soon as it does. */
  failed(error: Win7UsbError): void;
};

/** Damage outweighs what is only not what was asked for. */
const byWeight = [
  0,
  exitCodes["requirement-unmet"],
  exitCodes["image-damaged"],
  exitCodes["target-missing"],
  exitCodes["verify-failed"],
];

/** Resolves to the exit code. One operand is told alone, and what it fails with is thrown. */
export async function runOneOrSeveral<Report>(
  invocation: Invocation,
  terminal: Terminal,
  work: (path: string) => Promise<Outcome<Report>>,
  telling: Telling<Report>,
): Promise<number> {
  const [path = "", ...others] = invocation.operands;
  if (others.length > 0) return runSeveral(invocation, terminal, work, telling);
  const { report, exitCode } = await work(path);
  terminal.out(wantsJson(invocation) ? jsonLine(telling.json(report)) : telling.alone(report));
  return exitCode;
}

/**
 * Resolves to the exit code. What one of them fails with keeps none of the others from being looked at; wrong usage, an
 * interruption and a fault of the program's own end it.
 */
async function runSeveral<Report>(
  invocation: Invocation,
  terminal: Terminal,
  work: (path: string) => Promise<Outcome<Report>>,
  telling: Telling<Report>,
): Promise<number> {
  const paths = invocation.operands;
  const entries: Entry<Report>[] = [];
  for (const [index, path] of paths.entries()) {
    terminal.err(`${index + 1} of ${paths.length}: ${printable(path)}\n`);
    const entry = await entryOf(path, work);
    entries.push(entry);
    if ("error" in entry) telling.failed(entry.error);
  }
  const exitCode = entries.map(exitCodeOfEntry).reduce(worse, 0);
  if (wantsJson(invocation)) {
    const results = entries.map((entry) => ({
      path: entry.path,
      exitCode: exitCodeOfEntry(entry),
      ...("error" in entry ? { error: errorFields(entry.error, invocation) } : { report: telling.json(entry.report) }),
    }));
    terminal.out(jsonLine({ schema: 1, exitCode, results }));
    return exitCode;
  }
  for (const entry of entries) {
    if ("error" in entry) terminal.tell(reportText(entry.error, invocation, terminal));
    else terminal.out(withLineBehind(telling.beforeTable(entry.report)));
  }
  const rows = entries.map((entry) =>
    "error" in entry ? [entry.path, entry.error.code, entry.error.message] : [entry.path, ...telling.row(entry.report)],
  );
  terminal.out(table(telling.columns, rows, styleFor(terminal), terminal.outColumns));
  return exitCode;
}

function withLineBehind(text: string | null): string {
  return text === null ? "" : `${text}\n`;
}

async function entryOf<Report>(path: string, work: (path: string) => Promise<Outcome<Report>>): Promise<Entry<Report>> {
  try {
    return { path, ...(await work(path)) };
  } catch (error) {
    if (!(error instanceof Win7UsbError) || !byWeight.includes(error.exitCode)) throw error;
    return { path, error };
  }
}

function exitCodeOfEntry(entry: Entry<unknown>): number {
  return "error" in entry ? entry.error.exitCode : entry.exitCode;
}

function worse(one: number, other: number): number {
  return byWeight.indexOf(one) > byWeight.indexOf(other) ? one : other;
}
