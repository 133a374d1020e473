/** What the commands are given once the command line is understood. */
import type { Drive } from "../drive/drive.js";
import type { commands } from "./table/commands.js";
import type { OptionsOf } from "./table/spec.js";

type Commands = typeof commands;
/** `help` is answered before anything runs. */
type CommandName = Exclude<keyof Commands, "help">;
export type WriteCommandOptions = OptionsOf<Commands["write"]>;
export type CloneCommandOptions = OptionsOf<Commands["clone"]>;
export type UpdateCommandOptions = OptionsOf<Commands["update"]>;
export type VerifyCommandOptions = OptionsOf<Commands["verify"]>;
export type CheckCommandOptions = OptionsOf<Commands["check"]>;
export type InspectCommandOptions = OptionsOf<Commands["inspect"]>;
export type ReadCommandOptions = OptionsOf<Commands["read"]>;
export type StationCommandOptions = OptionsOf<Commands["station"]>;
export type ReportCommandOptions = OptionsOf<Commands["report"]>;
export type DrivesCommandOptions = OptionsOf<Commands["drives"]>;

/** What was chosen at the terminal, and not typed. */
type Chosen = {
  /** Drives as they were then; their paths are among the operands. */
  readonly chosen?: readonly Drive[];
};

/** A command line that is understood and asks for more than help. */
export type Invocation = {
  [Name in CommandName]: {
    readonly command: Name;
    readonly operands: readonly string[];
    readonly options: OptionsOf<Commands[Name]>;
  } & (Name extends "write" ? Chosen : object);
}[CommandName];
export type WriteInvocation = Extract<Invocation, { readonly command: "write" }>;
export type VerifyInvocation = Extract<Invocation, { readonly command: "verify" }>;
export type CheckInvocation = Extract<Invocation, { readonly command: "check" }>;

export type ReadInvocation = Extract<Invocation, { readonly command: "read" }>;

export type StationInvocation = Extract<Invocation, { readonly command: "station" }>;

/** Whether its `--json` is events, one a line. */
export function tellsEvents(invocation: Invocation): boolean {
  return invocation.command === "read" || writesTargets(invocation);
}

/** Whether it is a station, or a write, a clone or an update that is not a dry run. */
export function writesTargets(invocation: Invocation): boolean {
  const { command, options } = invocation;
  if (command === "station") return true;
  return (command === "write" || command === "clone" || command === "update") && options.dryRun !== true;
}

/** A command line that lacks what can be asked for: the drives of a write, or all that there is but the image. */
export type Open =
  | { readonly kind: "targets"; readonly invocation: WriteInvocation }
  | { readonly kind: "guided"; readonly image: string | null };
