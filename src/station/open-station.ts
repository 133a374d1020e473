/**
 * What a station needs before the first stick comes: the image, checked once and kept open, the plan as far as it can be made without a
 * stick, and the ports that touch drives. All that is wrong with what was asked for is told here, and not of the first stick.
 */
import { PassThrough } from "node:stream";
import type { WriteEvent } from "../progress/events.js";
import { Win7UsbError } from "../errors.js";
import { checkImageFirst } from "../steps/check-while-writing.js";
import { inputPaths } from "../steps/edit-choices.js";
import { driveKey, judgeDrives, lookEvery } from "../steps/judged-drives.js";
import type { OpenedImage } from "../steps/open-image.js";
import { prepareWrite, type PreparedWrite, type WriteChoices } from "../steps/prepare-write.js";
import { writePrepared } from "../steps/write-image.js";
import type { ImageFindings } from "../progress/events.js";
import type { JournalFile } from "./journal-file.js";
import type { JournalLine } from "./journal-line.js";
import { lookAtStick } from "./look.js";
import { twinRateOf, type TwinRate } from "./rates.js";
import type { StationPorts } from "./run-station.js";
import type { StickOutcome } from "./stick.js";
import { sticksAtOnce } from "./sticks-at-once.js";

/** What every stick gets. */
export type StationChoices = Omit<WriteChoices, "targets" | "listed" | "size" | "format" | "force" | "imageSha256">;

/**
 * The write that every stick will get, prepared for a disk as small as it can be. Throws what `prepareWrite` throws of the image and the
 * choices.
 */
export function rehearse(image: OpenedImage, choices: StationChoices): Promise<PreparedWrite> {
  // Which drive's serial number, and what it holds already, is known of a stick alone.
  const signature = choices.signature === "serial" ? undefined : choices.signature;
  const output = { kind: "stream", path: "a stick", output: new PassThrough() } as const;
  return prepareWrite(image, { ...choices, signature, onlyChanged: false, targets: [output] });
}

/** What of the image was found, and its SHA-256. */
export type CheckedImage = { readonly findings: ImageFindings; readonly sha256: string | null };

/** Checks the image to its end, once for all sticks. Rejects with what stands against it, and `interrupted`. */
export async function checkImageOnce(
  rehearsed: PreparedWrite,
  run: { readonly signal: AbortSignal; readonly onEvent: (event: WriteEvent) => void; readonly now: () => number },
): Promise<CheckedImage> {
  const check = await checkImageFirst(rehearsed, rehearsed.image.path, run);
  try {
    return { findings: await check.judge.verdict(), sha256: await check.judge.sha256() };
  } finally {
    await check.stop();
  }
}

type PortsOptions = {
  readonly image: OpenedImage;
  readonly choices: StationChoices;
  readonly sha256: string | null;
  readonly journal: JournalFile;
  readonly now: () => number;
};

/** The machine's drives, and writes that read the image from where the check has left it: the system's cache. */
export function stationPorts({ image, choices, sha256, journal, now }: PortsOptions): StationPorts {
  const needed = [journal.path, ...inputPaths(choices)];
  return {
    lookEvery,
    now,
    look: lookAtStick,
    keep: (line) => journal.append(line),
    async list() {
      const judged = await judgeDrives({ inputPaths: needed, ...(image.isFile ? { imagePath: image.path } : {}) });
      return judged.map(({ drive, refusals }) => ({ key: driveKey(drive), drive, refusals }));
    },
    async write(drive, signal, onEvent): Promise<StickOutcome> {
      // What the image had to meet it has met.
      const own = { imageCheck: "none", requirements: [], targets: [drive.path], listed: [drive], signal } as const;
      const known = sha256 === null ? {} : { imageSha256: sha256 };
      try {
        const prepared = await prepareWrite(image, { ...choices, ...known, ...own });
        const { done, failed } = await writePrepared(prepared, { signal, onEvent, beside: sticksAtOnce - 1 });
        if (done[0] !== undefined) return { done: done[0] };
        return { error: failed[0]!.error };
      } catch (error) {
        if (!(error instanceof Win7UsbError)) throw error;
        return { error };
      }
    },
  };
}

/** What sticks have done, by a journal: so a slow one is known among its twins of yesterday. */
export function ratesIn(lines: readonly JournalLine[]): TwinRate[] {
  return lines.filter(({ stick }) => stick === "done").map(twinRateOf);
}
