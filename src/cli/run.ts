/** Runs a command that was understood, and turns whatever is thrown into a message and an exit code. */
import { exitCodeOf, exitCodes, Win7UsbError } from "../errors.js";
import { printable } from "./escape.js";
import type { Invocation } from "./options.js";
import type { Recorder } from "./record/recorder.js";
import type { RecordedInvocation, Recording } from "./record/recording.js";
import type { Terminal } from "./terminal.js";
import { startWaiting } from "./waiting.js";
import type { Watched } from "./watched.js";

/** Resolves to the exit code; never throws. `onLack` is called, in the end, where nothing but rights that can be had stood in the way. */
export async function run(
  invocation: Invocation,
  terminal: Terminal,
  onLack: () => void = () => undefined,
): Promise<number> {
  const startedAt = terminal.animated ? terminal.now() : 0;
  const waiting = startWaiting(invocation, () => watched.terminal);
  const telling = Object.create(terminal, { waiting: { value: waiting } }) as Terminal;
  let watched: Watched = { terminal: telling, loud: telling, lost: () => null };
  let recording: Recording | null = null;
  let exitCode: number;
  try {
    requireWorkingDirectory();
    if (wantsWatching(invocation)) watched = await (await import("./watched.js")).watch(invocation, telling);
    recording = await recordingOf(invocation, watched.terminal);
    exitCode = await runCommand(invocation, watched.terminal, recording?.recorder);
  } catch (thrown) {
    waiting.end();
    const { reportError } = await import("./report-error.js");
    reportError(thrown, invocation, watched.loud);
    recording?.recorder.failed(thrown);
    if (lacksRightsOnly(thrown)) onLack();
    exitCode = exitCodeOf(thrown);
  } finally {
    waiting.end();
  }
  const losses = [(await recording?.end(exitCode)) ?? null, watched.lost()].filter((loss) => loss !== null);
  for (const loss of losses) terminal.err(`win7usb: ${printable(loss)}\n`);
  if (terminal.animated) (await import("./bell.js")).ring(invocation, terminal, startedAt, exitCode);
  return losses.length > 0 && exitCode === 0 ? exitCodes.internal : exitCode;
}

function wantsWatching({ options }: Invocation): boolean {
  return ("quiet" in options && options.quiet) || ("log" in options && options.log !== undefined);
}

async function recordingOf(invocation: Invocation, terminal: Terminal): Promise<Recording | null> {
  if (!("record" in invocation.options) || invocation.options.record.length === 0) return null;
  const { beginRecording } = await import("./record/recording.js");
  // Only commands that have the option have it.
  return beginRecording(invocation as RecordedInvocation, terminal);
}

/** Whether nothing but rights that can be had stands in the way. */
export function lacksRightsOnly(thrown: unknown): boolean {
  if (!(thrown instanceof Win7UsbError)) return false;
  return [thrown, ...thrown.others].every(({ code, data }) => code === "no-permission" && data["needs"] !== undefined);
}

/** Threads and other processes ask for it when they start, whatever paths a command has: without one, nothing begins. */
function requireWorkingDirectory(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new Win7UsbError("usage", "the working directory is gone", {
      hint: "Change to a folder that is there (cd ~), and run the same command again.",
      cause,
    });
  }
}

async function runCommand(invocation: Invocation, terminal: Terminal, recorder?: Recorder): Promise<number> {
  const [first = "", ...others] = invocation.operands;
  switch (invocation.command) {
    case "write": {
      const { writeCommand } = await import("./commands/write.js");
      return writeCommand(first, others, invocation.options, terminal, { listed: invocation.chosen, recorder });
    }
    case "clone": {
      const { cloneCommand } = await import("./commands/clone.js");
      return cloneCommand(first, others, invocation.options, terminal);
    }
    case "station": {
      const { stationCommand } = await import("./commands/station.js");
      return stationCommand(first, invocation.options, terminal);
    }
    case "report": {
      const { reportCommand } = await import("./commands/report.js");
      return reportCommand(first, invocation.options, terminal);
    }
    case "update": {
      const { updateCommand } = await import("./commands/update.js");
      return updateCommand(first, invocation.options, terminal);
    }
    case "verify": {
      const { verifyCommand } = await import("./commands/verify.js");
      return verifyCommand(invocation, terminal, { recorder });
    }
    case "check": {
      const { checkCommand } = await import("./commands/check.js");
      return checkCommand(invocation, terminal, recorder);
    }
    case "read": {
      const { readCommand } = await import("./commands/read.js");
      return readCommand(invocation, terminal);
    }
    case "inspect": {
      const { inspectCommand } = await import("./commands/inspect.js");
      return inspectCommand(first, invocation.options, terminal);
    }
    case "drives": {
      const { drivesCommand } = await import("./commands/drives.js");
      return drivesCommand(invocation.options, terminal);
    }
    case "licences": {
      const { licencesCommand } = await import("./commands/licences.js");
      return licencesCommand(terminal);
    }
    default: {
      const { completionCommand } = await import("./commands/completion.js");
      return completionCommand(first, terminal);
    }
  }
}
