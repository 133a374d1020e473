/** The records of a run, from the files that are made before it to their ends. */
import { arch, release, type } from "node:os";
import { reasonOf, Win7UsbError } from "../../errors.js";
import { exitCodes } from "../../errors.js";
import { renderRecord, type RunRecord } from "../../record/index.js";
import { packageVersion } from "../../version.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import type { Invocation } from "../options.js";
import type { Terminal } from "../terminal.js";
import { givenOptions } from "./given-options.js";
import { localIso } from "./local-time.js";
import { createRecordFile, recordFormat, type RecordFile } from "./record-file.js";
import { requireOwnPlaces } from "./record-place.js";
import { Recorder } from "./recorder.js";

/** A command line that is recorded. */
export type RecordedInvocation = Extract<Invocation, { readonly command: RunRecord["command"] }>;

export type Recording = {
  readonly recorder: Recorder;
  /** Writes the records; resolves to why one of them could not be, as a sentence, or null. Wrong usage leaves none. */
  end(exitCode: number): Promise<string | null>;
};

/** Throws `usage` where a record cannot be made; then nothing has happened. */
export async function beginRecording(invocation: RecordedInvocation, terminal: Terminal): Promise<Recording> {
  const { options } = invocation;
  if (invocation.command === "write" && invocation.options.dryRun === true) {
    throw new Win7UsbError("usage", "a dry run writes nothing, and there is nothing to record", {
      hint: "Leave --record out, or --dry-run.",
    });
  }
  for (const path of options.record) recordFormat(path);
  await requireOwnPlaces(options.record, invocation);
  const files: RecordFile[] = [];
  try {
    for (const path of options.record) files.push(await createRecordFile(path));
  } catch (error) {
    await discardAll(files);
    throw error;
  }
  const started = terminal.now();
  const recorder = new Recorder(invocation);
  return {
    recorder,
    async end(exitCode) {
      if (exitCode === exitCodes.usage) {
        await discardAll(files);
        return null;
      }
      return finishAll(files, recordOf(invocation, recorder, { started, ended: terminal.now(), exitCode }), terminal);
    },
  };
}

type Run = { readonly started: number; readonly ended: number; readonly exitCode: number };

function recordOf(invocation: RecordedInvocation, recorder: Recorder, { started, ended, exitCode }: Run): RunRecord {
  return {
    schema: 1,
    command: invocation.command,
    program: { name: "win7usb", version: packageVersion },
    platform: { system: type(), release: release(), architecture: arch(), runtime: `Node.js ${process.versions.node}` },
    started: localIso(started),
    ended: localIso(ended),
    elapsedMs: Math.max(0, Math.round(ended - started)),
    options: givenOptions(invocation),
    exitCode,
    ...recorder.seen(),
  };
}

async function discardAll(files: readonly RecordFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.discard()));
}

async function finishAll(files: readonly RecordFile[], record: RunRecord, terminal: Terminal): Promise<string | null> {
  let lost: string | null = null;
  for (const file of files) {
    try {
      await file.finish(renderRecord(record, file.format));
      terminal.err(`${wrap(`record: ${printable(file.path)}`, terminal.columns, "  ")}\n`);
    } catch (error) {
      lost ??= lossWords(file.path, error);
    }
  }
  return lost;
}

function lossWords(path: string, error: unknown): string {
  const reason = error instanceof Win7UsbError ? error.message : reasonOf(error);
  const kept = error instanceof Win7UsbError ? error.data["kept"] : undefined;
  return `the record ${path} could not be written: ${reason}${typeof kept === "string" ? `; it is whole in ${kept}` : ""}`;
}
