/** The few commands of the system that a drive needs (umount, blockdev), run without a shell. */
import { execFile } from "node:child_process";
import { MiB } from "../bytes/units.js";

export type CommandResult = {
  /** Null where the command could not be started or was ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Its error output, or why it could not be started. */
  readonly stderr: string;
};

/** Milliseconds: a medium that does not answer must not block a command for ever. */
export const commandTimeoutMs = 60_000;

/** Bytes of output: more than any of these commands prints on a machine with hundreds of drives. */
const outputLimit = 16 * MiB;

/** Never rejects. Messages are in the C locale, because they are parsed. After `timeout` milliseconds it is killed. */
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

/** The type of `runCommand`, for which tests substitute recorded output. */
export type RunCommand = typeof runCommand;
