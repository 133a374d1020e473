/**
 * A disc in a drive of Windows, as WMI's Win32_CDROMDrive tells it: `Drive` (a letter), `MediaLoaded` and `Size` in bytes.
 * The class has no number of `\\.\CdRom0`, so that such a name is known only where there is one drive.
 */
import { Win7UsbError } from "../errors.js";
import { runCommand, type RunCommand } from "./command.js";
import { noMedium, type Disc } from "./optical-disc.js";
import { opticalScript, powershell, powershellParameters } from "./win32-scripts.js";
import { parseOpticalReport, type WindowsOpticalDrive } from "./win32-report.js";

/** Throws `no-medium`, and `image-missing` where no optical drive has this name. */
export async function inspectWindowsDisc(path: string, run: RunCommand = runCommand): Promise<Disc> {
  const { stdout } = await run(powershell, powershellParameters(opticalScript));
  const drives = parseOpticalReport(stdout);
  const letter = /^(?:\\\\[.?]\\)?([a-z]:)\\?$/i.exec(path)?.[1];
  const drive = letter === undefined ? onlyOne(path, drives) : withLetter(letter, drives);
  if (drive === undefined) {
    const letters = drives.map(({ Drive }) => Drive).join(", ");
    throw new Win7UsbError("image-missing", `${path} is no optical drive`, {
      hint: letters === "" ? "There is none here." : `There is ${letters}.`,
      data: { path },
    });
  }
  if (!drive.MediaLoaded) throw noMedium({ path });
  const device = letter === undefined ? path : `\\\\.\\${letter.toUpperCase()}`;
  return { path, device, kind: "optical-drive", capacity: drive.Size, medium: null, dataTracks: null };
}

function withLetter(letter: string, drives: readonly WindowsOpticalDrive[]): WindowsOpticalDrive | undefined {
  return drives.find(({ Drive }) => Drive?.toLowerCase() === letter.toLowerCase());
}

function onlyOne(path: string, drives: readonly WindowsOpticalDrive[]): WindowsOpticalDrive | undefined {
  return /^\\\\[.?]\\cdrom0$/i.test(path) && drives.length === 1 ? drives[0] : undefined;
}
