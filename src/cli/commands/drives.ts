/** `win7usb drives`: the drives that can be written; with `--all` the others too, each with the reason. */
import type { Drive } from "../../drive/drive.js";
import { refusals } from "../../drive/guard.js";
import type { Refusal } from "../../drive/guard.js";
import { listDrives } from "../../drive/list.js";
import { count, formatDriveSize, printable } from "../format.js";
import type { DrivesCommandOptions } from "../options.js";
import { table } from "../render/table.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

type Judged = { readonly drive: Drive; readonly refusals: readonly Refusal[] };

export async function drivesCommand(options: DrivesCommandOptions, terminal: Terminal): Promise<number> {
  const drives = await listDrives();
  const judged = drives.map((drive) => ({ drive, refusals: refusals(drive, { allow: [] }) }));
  const shown = options.all === true ? judged : judged.filter((entry) => entry.refusals.length === 0);
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ schema: 1, drives: shown.map(jsonOf) })}\n`);
    return 0;
  }
  if (shown.length > 0) terminal.out(tableOf(shown, options.all === true, terminal));
  const hidden = judged.length - shown.length;
  if (shown.length === 0) terminal.err("No drive that can be written was found. Plug in a USB stick and try again.\n");
  if (hidden > 0) terminal.err(`${count(hidden, "other drive")} not shown: win7usb drives --all says why\n`);
  return 0;
}

function jsonOf({ drive, refusals: reasons }: Judged): Record<string, unknown> {
  return {
    ...drive,
    writable: reasons.length === 0,
    refusals: reasons.map(({ code, message }) => ({ code, message })),
  };
}

function tableOf(shown: readonly Judged[], withReasons: boolean, terminal: Terminal): string {
  const head = ["DRIVE", "SIZE", "BUS", "MODEL", "MOUNTED", ...(withReasons ? ["REFUSED"] : [])];
  const rows = shown.map(({ drive, refusals: reasons }) => [
    drive.path,
    formatDriveSize(drive.size),
    drive.bus,
    printable(drive.model ?? "-"),
    drive.mountpoints.length === 0 ? "-" : drive.mountpoints.map((mount) => printable(mount.path)).join(" "),
    ...(withReasons ? [reasons.map((reason) => reason.code).join(" ") || "-"] : []),
  ]);
  return table(head, rows, styleFor(terminal));
}
