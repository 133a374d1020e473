/** The few commands of the system that a drive needs (umount, blockdev), run without a shell. */
import { execFile } from "node:child_process";
import { MiB } from "../bytes/units.js";

export type CommandResult = {
  /** Null where the command could not be started or was ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** What it said, or why it could not be started. */
  readonly stderr: string;
};

/** A medium that does not answer must not hold up the person for ever. */
export const commandTimeoutMs = 60_000;

/** Bytes of output: more than a machine with hundreds of drives makes any of them print. */
const outputLimit = 16 * MiB;

/** Never rejects; texts are in the C locale, because they are looked at. After `timeout` milliseconds it is ended. */
export function runCommand(
  command: string,
  parameters: readonly string[],
  timeout = commandTimeoutMs,
): Promise<CommandResult> {
  const env = { ...process.env, LC_ALL: "C" };
  return new Promise((resolve) => {
    execFile(
      command,
      parameters,
      { env, timeout, maxBuffer: outputLimit, windowsHide: true },
      (error, stdout, stderr) => {
        if (error === null) resolve({ exitCode: 0, stdout, stderr });
        else
          resolve({
            exitCode: typeof error.code === "number" ? error.code : null,
            stdout,
            stderr: stderr || error.message,
          });
      },
    );
  });
}

/** Runs the system's commands; tests put recorded answers in its place. */
export type RunCommand = typeof runCommand;
