/** What the commands are given once the command line is understood. */
import type { commands } from "./table/commands.js";
import type { OptionsOf } from "./table/spec.js";

type Commands = typeof commands;
/** `help` is answered before anything runs. */
type CommandName = Exclude<keyof Commands, "help">;
export type WriteCommandOptions = OptionsOf<Commands["write"]>;
export type VerifyCommandOptions = OptionsOf<Commands["verify"]>;
export type CheckCommandOptions = OptionsOf<Commands["check"]>;
export type InspectCommandOptions = OptionsOf<Commands["inspect"]>;
export type DrivesCommandOptions = OptionsOf<Commands["drives"]>;

/** A command line that is understood and asks for more than help. */
export type Invocation = {
  [Name in CommandName]: {
    readonly command: Name;
    readonly operands: readonly string[];
    readonly options: OptionsOf<Commands[Name]>;
  };
}[CommandName];

/** Whether it is a write that is not a dry run. */
export function writesTargets(invocation: Invocation): boolean {
  return invocation.command === "write" && invocation.options.dryRun !== true;
}
