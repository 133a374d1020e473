/** The end of a write for people: what was done, and the next step at the bench. */
import type { PreparedWrite } from "../../steps/prepare-write.js";
import type { DoneEvent } from "../../progress/events.js";
import type { WriteResult } from "../../write/write-plan.js";
import { hintFor } from "../hints.js";
import { formatDuration, formatRate, formatSize, printable, wrap } from "../format.js";
import type { Style } from "../style.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export function doneText(prepared: PreparedWrite, event: DoneEvent, elapsedMs: number, terminal: Terminal): string {
  const style = styleFor(terminal);
  const finished = event.targets.filter((target) => "verified" in target);
  const lines = finished.map((done) => {
    const verified = done.verified ? "written and verified" : "written, not verified";
    const pace = `${formatSize(done.bytesWritten)} in ${formatDuration(elapsedMs)}`;
    const rate = elapsedMs > 0 ? `, ${formatRate(done.bytesWritten / (elapsedMs / 1000))}` : "";
    return `${style.good("done:")} ${printable(done.path)} ${verified} (${pace}${rate})\n`;
  });
  return lines.join("") + wrap(nextStep(prepared), terminal.columns);
}

function nextStep(prepared: PreparedWrite): string {
  const drive = prepared.targets.some((target) => target.kind === "drive");
  const image = prepared.targets.find((target) => target.kind === "image-file");
  const boot = "boot the machine from it as a hard disk (USB-HDD), through BIOS or CSM.\n";
  if (drive) return `It is safe to unplug. Next: ${boot}`;
  if (image === undefined) return "";
  return `Next: copy it to a stick (dd, or Rufus in DD mode), then ${boot}`;
}

export function failedText(result: WriteResult, style: Style): string {
  return result.failed
    .map(({ path, error }) => {
      const hint = hintFor(error, "write");
      const line = `${style.bad("failed:")} ${printable(path)}: ${printable(error.message)}\n`;
      return hint === undefined ? line : `${line}  hint: ${hint}\n`;
    })
    .join("");
}
