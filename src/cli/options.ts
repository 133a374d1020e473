/** What the commands are given once the command line is understood. */

export type FileSystemChoice = "auto" | "fat32" | "ntfs";
export type InspectOptions = { readonly json?: boolean; readonly verbose?: boolean };
export type CheckOptions = { readonly iso?: string; readonly label?: string; readonly json?: boolean };
export type DrivesOptions = { readonly json?: boolean; readonly all?: boolean };
export type WriteOptions = {
  readonly filesystem: FileSystemChoice;
  readonly label?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly size?: number;
  /** False with `--no-verify`. */
  readonly verify: boolean;
  readonly force?: boolean;
  readonly onlyChanged?: boolean;
  readonly json?: boolean;
  readonly allow: readonly string[];
};
export type VerifyOptions = {
  readonly deep?: boolean;
  readonly md5?: boolean;
  readonly require: readonly string[];
  readonly allow: readonly string[];
  readonly verbose?: boolean;
  readonly json?: boolean;
};

/** Names of refusals that `--allow` lifts; a test holds them to what is refused. */
export const imageRefusals = ["x64", "rtm", "not-windows-7", "no-boot-files"] as const;
export const targetRefusals = ["fixed-disk", "large-disk"] as const;
export const writeRefusals = [...imageRefusals, ...targetRefusals] as const;
export const verifyRefusals = [...imageRefusals, "altered"] as const;
