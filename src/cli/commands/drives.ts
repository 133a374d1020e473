/** `win7usb drives`: the drives that can be written; with `--all` the others too, each with the reason. */
import { lackingRights } from "../../drive/rights.js";
import { withVolumes } from "../../steps/drive-volumes.js";
import { isChoice, judgeDrives, lacksRights, type JudgedDrive } from "../../steps/judged-drives.js";
import { jsonLine } from "../escape.js";
import { count, formatDriveSize } from "../../bytes/amounts.js";
import type { DrivesCommandOptions } from "../options.js";
import { wrap } from "../format.js";
import { volumeWords } from "../render/fact-sheet.js";
import { table } from "../render/table.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function drivesCommand(options: DrivesCommandOptions, terminal: Terminal): Promise<number> {
  const judged = await judgeDrives();
  const chosen = options.all === true ? judged : judged.filter(isChoice);
  const shown = await Promise.all(chosen.map(async (each) => ({ ...each, drive: await withVolumes(each.drive) })));
  if (options.json === true) {
    terminal.out(jsonLine({ schema: 1, drives: shown.map(jsonOf) }));
    return 0;
  }
  if (shown.some(lacksRights)) terminal.err(`${wrap(lackingText(), terminal.columns, "  ")}\n`);
  if (shown.length > 0) terminal.out(tableOf(shown, options.all === true, terminal));
  const hidden = judged.length - shown.length;
  if (shown.length === 0) terminal.err("No drive that can be written was found. Plug in a USB stick and try again.\n");
  if (hidden > 0) terminal.err(`${count(hidden, "other drive")} not shown: win7usb drives --all says why\n`);
  return 0;
}

function lackingText(): string {
  return lackingRights() === "administrator"
    ? "You lack the rights to write drives: run win7usb in a terminal that was opened as Administrator."
    : "You lack the rights to write drives: run win7usb write with sudo.";
}

function jsonOf({ drive, refusals: reasons }: JudgedDrive): Record<string, unknown> {
  return {
    ...drive,
    writable: reasons.length === 0,
    refusals: reasons.map(({ code, message }) => ({ code, message })),
  };
}

function tableOf(shown: readonly JudgedDrive[], withReasons: boolean, terminal: Terminal): string {
  const head = ["DRIVE", "SIZE", "BUS", "MODEL", "SERIAL", "HOLDS", "MOUNTED", ...(withReasons ? ["REFUSED"] : [])];
  const rows = shown.map(({ drive, refusals: reasons }) => [
    drive.path,
    formatDriveSize(drive.size),
    drive.bus,
    drive.model ?? "-",
    // Of four equal sticks it is what is printed on one of them.
    drive.serial === null || drive.serial === "" ? "-" : drive.serial,
    (drive.volumes ?? []).map(volumeWords).join(", ") || "-",
    drive.mountpoints.length === 0 ? "-" : drive.mountpoints.map((mount) => mount.path).join(" "),
    ...(withReasons ? [reasons.map((reason) => reason.code).join(" ") || "-"] : []),
  ]);
  return table(head, rows, styleFor(terminal), terminal.outColumns);
}
