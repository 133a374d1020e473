/**
 * What a command takes, as data: from it come the parser, both kinds of help, the manual page, the completions, the tables
 * in README.md, and the types of what the commands are given.
 */

type OptionBase = {
  /** Without dashes. */
  readonly long: string;
  /** One letter, without its dash. */
  readonly short?: string;
  readonly group: OptionGroup;
  /** For a line of `-h`: no full stop, at most 56 characters. */
  readonly summary: string;
  /** Sentences that `--help` and the manual page add. */
  readonly details?: string;
};
type ValueBase = OptionBase & {
  /** What stands for the value in a synopsis. */
  readonly value: string;
};

/** `no-x` is a flag that makes `x` false, which is true otherwise. */
export type FlagSpec = OptionBase & { readonly kind: "flag" };
export type ChoiceSpec = ValueBase & {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default: string;
};
/** `size` in bytes, with a unit; `count` a whole number; `file` the path of one. */
export type TextSpec = ValueBase & { readonly kind: "text" | "size" | "count" | "file" };
/** Repeated, or separated by commas. */
export type ListSpec = ValueBase & {
  readonly kind: "list";
  /** All items that there are. */
  readonly choices?: readonly string[];
  /** Where there are others: what an item looks like, and beginnings for completions. */
  readonly item?: RegExp;
  readonly beginnings?: readonly string[];
};
/** Existing folders, or files: repeated, each word whole, because their names may hold commas. */
export type PathsSpec = ValueBase & { readonly kind: "folders" | "files" };
export type OptionSpec = FlagSpec | ChoiceSpec | TextSpec | ListSpec | PathsSpec;

export const optionGroups = {
  result: "What is made",
  checks: "What is checked",
  limits: "What is accepted",
  output: "What is told",
} as const;
type OptionGroup = keyof typeof optionGroups;

export type OperandSpec = {
  readonly name: string;
  /** What completions offer. */
  readonly kind: "iso" | "target" | "file" | "shell" | "command";
  readonly repeated?: boolean;
  readonly optional?: boolean;
  readonly summary: string;
};

/** `--answer-file` as `answerFile`: its key among a command's options. */
export function optionKey(long: string): string {
  return long.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether its value is the path of a file or a folder. */
export function isPath({ kind }: OptionSpec): boolean {
  return kind === "file" || kind === "folders" || kind === "files";
}

/** Whether it may be given again and again. */
export function isRepeated({ kind }: OptionSpec): boolean {
  return kind === "list" || kind === "folders" || kind === "files";
}

export type CommandSpec = {
  readonly name: string;
  readonly summary: string;
  /** Sentences. */
  readonly description: string;
  readonly operands: readonly OperandSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
};
/** A command line and what it is for. */
export type Example = readonly [line: string, purpose: string];

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type KeyOf<Spec extends OptionSpec> = Spec["long"] extends `no-${infer Name}` ? Camel<Name> : Camel<Spec["long"]>;
type ValueOf<Spec extends OptionSpec> = Spec extends { readonly kind: "flag" }
  ? boolean
  : Spec extends { readonly kind: "choice"; readonly choices: readonly (infer Choice)[] }
    ? Choice
    : Spec extends { readonly kind: "list" | "folders" | "files" }
      ? readonly string[]
      : Spec extends { readonly kind: "size" | "count" }
        ? number
        : string;
/** Options that a command is always given: those with a default. */
type Given<Spec extends OptionSpec> = Extract<
  Spec,
  { readonly kind: "choice" | "list" | "folders" | "files" } | { readonly long: `no-${string}` }
>;
type Optional<Spec extends OptionSpec> = Exclude<Spec, Given<Spec>>;

/** What the handler of a command is given. */
export type OptionsOf<Command extends CommandSpec> = {
  readonly [Spec in Given<Command["options"][number]> as KeyOf<Spec>]: ValueOf<Spec>;
} & { readonly [Spec in Optional<Command["options"][number]> as KeyOf<Spec>]?: ValueOf<Spec> };
