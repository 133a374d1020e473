/** The drives that an image is written to, chosen from those that are there and those that come while the question stands. */
import { basename } from "node:path";
import type { Drive } from "../drive/drive.js";
import { rightsHint } from "../drive/rights.js";
import { Win7UsbError } from "../errors.js";
import { count, formatDriveSize } from "../bytes/amounts.js";
import type { JudgeChoices, JudgedDrive } from "../steps/judged-drives.js";
import { driveKey, isChoice, judgeDrives, lacksRights, lookedAt, watchDrives } from "../steps/judged-drives.js";
import { printable } from "./escape.js";
import { wrap } from "./format.js";
import type { ListQuestion, ListRow, ListView } from "./prompts/list-prompt.js";
import { volumeWords } from "./render/fact-sheet.js";
import type { Terminal } from "./terminal.js";

/** Of the drives that are refused; there may be dozens of them, and nobody looks for those. */
const refusedShown = 3;

/** Throws `no-permission` before anything is asked, and `declined` where the person leaves. */
export async function chooseDrives(imagePath: string, choices: JudgeChoices, terminal: Terminal): Promise<Drive[]> {
  let drives: readonly JudgedDrive[] = [];
  // What was chosen may have gone by the time that it is asked for.
  const seen = new Map<string, Drive>();
  const onLook = (found: readonly JudgedDrive[]): void => {
    drives = found;
    for (const { drive } of found) seen.set(driveKey(drive), drive);
  };
  onLook(await lookedAt(await judgeDrives(choices)));
  requireRights(drives);
  const question: ListQuestion = {
    title: `Write ${printable(basename(imagePath))} to which drive?`,
    several: true,
    view: (width) => drivesView(drives, width),
  };
  const keys = await (terminal.animated ? drawn() : typed());
  if (keys === null) throw new Win7UsbError("declined", "nothing was written: no drive was chosen");
  return keys.map((key) => seen.get(key)!);

  async function drawn(): Promise<readonly string[] | null> {
    const { askList } = await import("./prompts/list-prompt.js");
    return askList(question, terminal, (changed, signal) =>
      watchDrives(
        choices,
        (found) => {
          onLook(found);
          changed();
        },
        signal,
      ),
    );
  }

  async function typed(): Promise<readonly string[] | null> {
    const { askNumbers } = await import("./prompts/numbered-list.js");
    return askNumbers(question, terminal, async () => onLook(await lookedAt(await judgeDrives(choices))));
  }
}

/** Of what can be chosen; where there is nothing yet, any drive shows it. */
export function requireRights(drives: readonly JudgedDrive[]): void {
  const choices = drives.filter(isChoice);
  const lacking = (choices.length > 0 ? choices : drives).find(lacksRights);
  const failure = lacking?.refusals.find(({ code }) => code === "no-permission");
  if (failure === undefined) return;
  throw new Win7UsbError("no-permission", "drives may not be written without more rights", {
    hint: rightsHint(failure.data["needs"]),
    data: { needs: failure.data["needs"] },
  });
}

/** Those that can be chosen first, then some of the others with the reason; `width` in characters. */
export function drivesView(drives: readonly JudgedDrive[], width: number): ListView {
  const choices = drives.filter(isChoice);
  const others = drives.filter((each) => !isChoice(each));
  // What was plugged in is what somebody looks for here.
  const sorted = others.toSorted((one, other) => Number(other.drive.removable) - Number(one.drive.removable));
  const shown = sorted.slice(0, refusedShown);
  const waiting = choices.length === 0 ? ["No drive that can be written is there: plug one in."] : [];
  const hidden = others.length - shown.length;
  const more = hidden > 0 ? [`${count(hidden, "other drive")} cannot be written: win7usb drives --all says why.`] : [];
  return {
    rows: [...choices.map((each) => choiceRow(each, width)), ...shown.map((each) => refusedRow(each, width))],
    note: [...waiting, ...more].map((line) => wrap(line, width)).join("\n"),
  };
}

function choiceRow({ drive }: JudgedDrive, width: number): ListRow {
  const volumes = (drive.volumes ?? []).map((volume) => printable(volumeWords(volume))).filter((text) => text !== "");
  const mounted = drive.mountpoints.map(({ path }) => printable(path));
  const content = [
    volumes.length === 0 ? "" : `holds ${volumes.join(", ")}`,
    mounted.length === 0 ? "" : `mounted at ${mounted.join(", ")}`,
  ].filter((text) => text !== "");
  return {
    key: driveKey(drive),
    name: drive.path,
    lines: [driveLine(drive, width), ...content.map((text) => underLine(drive, text, width))].flat(),
  };
}

function refusedRow({ drive, refusals }: JudgedDrive, width: number): ListRow {
  const reason = printable(refusals[0]?.message ?? "").replace(`${printable(drive.path)} `, "");
  return { key: null, name: drive.path, lines: [driveLine(drive, width), underLine(drive, reason, width)].flat() };
}

/** `/dev/sdb  SanDisk Ultra, 31.9 GB, usb, serial 4C53`. */
function driveLine(drive: Drive, width: number): string[] {
  const { path, model, size, bus, serial } = drive;
  const facts = [model ?? "unknown model", formatDriveSize(size), bus, ...(serial ? [`serial ${serial}`] : [])];
  const text = `${printable(path)}  ${facts.map(printable).join(", ")}`;
  return wrap(text, width, indentOf(drive)).split("\n");
}

function underLine(drive: Drive, text: string, width: number): string[] {
  return wrap(`${indentOf(drive)}${text}`, width, indentOf(drive)).split("\n");
}

function indentOf({ path }: Drive): string {
  return " ".repeat(printable(path).length + 2);
}
