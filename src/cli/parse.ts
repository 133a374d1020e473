/** The command line as it was typed, read once. */
import type { Invocation, Open } from "./options.js";
import type { ParserOutcome } from "./parser.js";
import type { NextCommand } from "./next-command.js";
import { listItems } from "./list-items.js";
import { nextCommands } from "./next-command.js";
import { streamOperand } from "./stream-operand.js";
import { allCommands } from "./table/program.js";
import type { JsonForm } from "./report-error.js";
import type { CommandSpec, ListSpec } from "./table/spec.js";

export type Parsed =
  | { readonly kind: "run"; readonly invocation: Invocation }
  /** `command` is null for help on the program; `isLong` with `--help`. */
  | { readonly kind: "help"; readonly command: CommandSpec | null; readonly isLong: boolean; readonly json: boolean }
  | { readonly kind: "version"; readonly json: boolean }
  /** Wrong usage; `message` is null where nothing was asked for. `json`: how a script that asked wants to be told. */
  | {
      readonly kind: "usage";
      readonly message: string | null;
      readonly command: CommandSpec | null;
      readonly json: JsonForm | null;
      /** What can be typed instead, with the words that were there. */
      readonly next: readonly NextCommand[];
      /** Whether standard output was to have a disk. */
      readonly sendsDisk: boolean;
      /** What lacks a word that can be asked for where somebody is there. */
      readonly open?: Open;
    };

/** `argv` without node and script. */
export async function parse(argv: readonly string[]): Promise<Parsed> {
  const asked = argv.filter((word) => word !== "--json");
  const simple = withoutParser(asked, asked.length < argv.length);
  if (simple !== null) return simple;
  const { parseWords } = await import("./parser.js");
  const named = commandNamed(argv.find((word) => !word.startsWith("-")));
  const outcome = parseWords(joinLists(argv, named));
  const json = jsonFormOf(argv, named);
  const isDisk = named?.name === "write" && operandsAmong(argv, named).slice(1).includes(streamOperand);
  const odd = await oddArgument(argv);
  if (odd !== null) {
    const message = `${odd} is not UTF-8, and another name would be taken for it: give it a name that is`;
    return { kind: "usage", message, command: named, json, next: [], sendsDisk: isDisk };
  }
  if (outcome.kind === "run") return understood(outcome, json);
  if (outcome.kind !== "usage") return { ...outcome, json: json !== null };
  const next = outcome.lacksWord ? nextCommands(named, operandsAmong(argv, named)) : [];
  const open = guidedBy(argv);
  return {
    kind: "usage",
    message: outcome.message,
    command: named,
    json,
    next,
    sendsDisk: isDisk,
    ...(open && { open }),
  };
}

/** Nothing was typed, or a file was dropped onto the program. */
function guidedBy([first, ...more]: readonly string[]): Open | undefined {
  if (first === undefined) return { kind: "guided", image: null };
  return more.length === 0 && /\.iso$/i.test(first) ? { kind: "guided", image: first } : undefined;
}

/** Looked for only where there is a sign of one. */
async function oddArgument(argv: readonly string[]): Promise<string | null> {
  if (!argv.some((word) => word.includes("\ufffd"))) return null;
  const { notUtf8 } = await import("./argument-bytes.js");
  return notUtf8(argv);
}

/** The words that are neither options nor their values nor the command's name. */
function operandsAmong(argv: readonly string[], command: CommandSpec | null): string[] {
  const operands: string[] = [];
  const words = joinLists(argv, command);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word === "--") return [...operands, ...words.slice(at + 1)];
    const option = command?.options.find(({ long, short }) => word === `--${long}` || word === `-${short}`);
    if (option !== undefined && option.kind !== "flag") at += 1;
    else if (!word.startsWith("-") || word === streamOperand) operands.push(word);
  }
  return command === null ? operands : operands.slice(1);
}

/** Help and the version by themselves, which a person waits for: they are told before the parser is loaded. */
function withoutParser(argv: readonly string[], json: boolean): Parsed | null {
  const last = argv.at(-1);
  const command = argv.length === 2 ? commandNamed(argv[0]) : null;
  if (argv.length !== 1 && command === null) return null;
  if (last === "--help" || last === "-h") return { kind: "help", command, isLong: last === "--help", json };
  return command === null && (last === "--version" || last === "-V") ? { kind: "version", json } : null;
}

function commandNamed(name: string | undefined): CommandSpec | null {
  return allCommands.find((command) => command.name === name) ?? null;
}

function understood(
  { command, operands, options }: Extract<ParserOutcome, { kind: "run" }>,
  json: JsonForm | null,
): Parsed {
  if (command.name === "help") {
    const about = commandNamed(operands[0]);
    if (about !== null || operands.length === 0)
      return { kind: "help", command: about, isLong: true, json: json !== null };
    return {
      kind: "usage",
      message: `unknown command '${operands[0]}'`,
      command: null,
      json,
      next: [],
      sendsDisk: false,
    };
  }
  // The parser was made from the table that this type was made from.
  const invocation = { command: command.name, operands, options } as Invocation;
  if (invocation.command !== "write" || operands.length > 1) return { kind: "run", invocation };
  const next = nextCommands(command, operands);
  const message = "missing required argument 'target'";
  // A script waits for no question, and who answers beforehand has named the drive.
  const canAsk = json === null && invocation.options.yes !== true;
  return {
    kind: "usage",
    message,
    command,
    json,
    next,
    sendsDisk: false,
    ...(canAsk && { open: { kind: "targets", invocation } }),
  };
}

/** How a script waits for the answer to a command line that may not be understood. */
function jsonFormOf(argv: readonly string[], command: CommandSpec | null): JsonForm | null {
  const end = argv.indexOf("--");
  const words = argv.slice(0, end === -1 ? argv.length : end);
  // `--json=1` is wrong, and says what is wanted.
  if (!words.some((word) => /^--json(?:=|$)/.test(word))) return null;
  const isDryRun = words.some((word) => word === "--dry-run" || /^-y?n/.test(word));
  const name = command?.name ?? "";
  const tellsEvent = ["read", "station"].includes(name) || (["write", "clone", "update"].includes(name) && !isDryRun);
  return tellsEvent ? "event" : "object";
}

/**
 * `--require a=b c=d` and `--allow x64 rtm`: words behind a list that can be items of it belong to it. A file of such a
 * name is given as `./x64`.
 */
function joinLists(argv: readonly string[], command: CommandSpec | null): string[] {
  const joined: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word === "--") return [...joined, ...argv.slice(at)];
    joined.push(word);
    const [name = "", inWord] = word.split("=", 2);
    const option = command?.options.find(({ long, short }) => name === `--${long}` || word === `-${short}`);
    if (option === undefined || option.kind === "flag") continue;
    if (inWord === undefined && at + 1 < argv.length) joined.push(argv[(at += 1)]!);
    while (option.kind === "list" && isOfList(argv[at + 1], option)) {
      joined.push(`${joined.pop()},${argv[(at += 1)]}`);
    }
  }
  return joined;
}

/** Commas alone are of the list, too: `edition=Pro , sp=1`. */
function isOfList(word: string | undefined, option: ListSpec): boolean {
  if (word === undefined || word.trim() === "") return false;
  return listItems(word).every((item) => isItem(item, option));
}

function isItem(text: string, { choices, item }: ListSpec): boolean {
  return choices?.includes(text.toLowerCase()) ?? item?.test(text) === true;
}
