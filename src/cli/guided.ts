/** `win7usb` and nothing else: image, drives and the options that matter are asked for, one after the other. */
import type { Drive } from "../drive/drive.js";
import { platform } from "../drive/platform.js";
import { Win7UsbError } from "../errors.js";
import { formatSize } from "../bytes/amounts.js";
import { judgeDrives } from "../steps/judged-drives.js";
import { chooseDrives, requireRights } from "./choose-drives.js";
import { meantPaths } from "./dropped-path.js";
import { printable } from "./escape.js";
import { wrap } from "./format.js";
import { isoFiles } from "./iso-files.js";
import { quoted } from "./next-command.js";
import type { WriteInvocation } from "./options.js";
import { parse } from "./parse.js";
import type { ListQuestion, ListRow } from "./prompts/list-prompt.js";
import { errorText } from "./report-error.js";
import { styleFor } from "./style.js";
import type { Terminal } from "./terminal.js";
import { usableImage, type UsableImage } from "./usable-image.js";

/** `image`: the path that was given; null for none. Throws `declined` where the person leaves, and what is wrong with the image that was given. */
export async function guided(image: string | null, terminal: Terminal): Promise<WriteInvocation> {
  requireRights(await judgeDrives());
  const intro =
    "Makes a bootable USB stick from a Windows 7 x86 ISO. Ctrl-C leaves; nothing is written before the drive's name is typed.";
  terminal.err(`${wrap(intro, terminal.columns)}\n\n`);
  const { path, label: own } = image === null ? await askImage(terminal) : await namedImage(image, terminal);
  const drives = await chooseDrives(path, { imagePath: path }, terminal);
  const fileSystem = await askFileSystem(terminal);
  const label = await askLabel(own, terminal);
  const words = [
    "write",
    path.startsWith("-") ? `./${path}` : path,
    ...drives.map((drive) => drive.path),
    ...(fileSystem === "auto" ? [] : ["--filesystem", fileSystem]),
    ...labelWords(label),
  ];
  terminal.err(`\nThe command for it:\n\n  win7usb ${words.map(quoted).join(" ")}\n\n`);
  return invocationOf(words, drives);
}

/** A label that looks like an option is joined to its own. */
function labelWords(label: string): string[] {
  if (label === "") return [];
  return label.startsWith("-") ? [`--label=${label}`] : ["--label", label];
}

/** It is understood as it would be if it were typed. */
async function invocationOf(words: readonly string[], chosen: readonly Drive[]): Promise<WriteInvocation> {
  const parsed = await parse(words);
  if (parsed.kind === "run" && parsed.invocation.command === "write") return { ...parsed.invocation, chosen };
  throw new Win7UsbError("usage", (parsed.kind === "usage" ? parsed.message : null) ?? "that is no command");
}

/** Says what it is; throws what keeps it from being written. */
async function namedImage(path: string, terminal: Terminal): Promise<UsableImage> {
  const image = await usableImage(path, []);
  terminal.err(`${wrap(`  ${imageWords(image)}`, terminal.columns, "  ")}\n\n`);
  return image;
}

function imageWords({ windows, size }: UsableImage): string {
  const { product, edition, servicePack, architecture, languages } = windows;
  const name = [product, edition, servicePack ? `SP${servicePack}` : null].filter((word) => word !== null).join(" ");
  return printable(
    [name, architecture, ...languages, formatSize(size)].filter((word) => word !== null && word !== "").join(", "),
  );
}

const anotherFile = "";

/** Until it is one that can be written. */
async function askImage(terminal: Terminal): Promise<UsableImage> {
  for (;;) {
    const files = await isoFiles();
    const rows = files.map(({ path, size, modified }): ListRow => {
      const day = modified.toISOString().slice(0, "2009-07-14".length);
      return { key: path, name: path, lines: [printable(path), `  ${formatSize(size)}, ${day}`] };
    });
    const other = { key: anotherFile, name: "another file", lines: ["another file"] };
    const chosen = files.length === 0 ? anotherFile : await askOne("Which image?", [...rows, other], terminal);
    try {
      for (const path of chosen === anotherFile ? await askPath(terminal) : [chosen]) {
        const found = await usableUnlessMissing(path, terminal);
        if (found !== null) return found;
      }
      throw new Win7UsbError("image-missing", "there is no such file");
    } catch (error) {
      if (!(error instanceof Win7UsbError) || error.code === "declined") throw error;
      const { code, message, hint } = error;
      terminal.err(`${errorText({ code, message, ...(hint !== undefined && { hint }) }, terminal)}\n`);
    }
  }
}

async function usableUnlessMissing(path: string, terminal: Terminal): Promise<UsableImage | null> {
  try {
    return await namedImage(path, terminal);
  } catch (error) {
    if (error instanceof Win7UsbError && error.code === "image-missing") return null;
    throw error;
  }
}

async function askPath(terminal: Terminal): Promise<string[]> {
  return meantPaths(answered(await terminal.ask("Path of the ISO (or drop the file here): ")));
}

async function askFileSystem(terminal: Terminal): Promise<string> {
  const rows = [
    ["auto", "FAT32, or NTFS where a file is too large for it"],
    ["fat32", "FAT32; an install.wim that is too large is split"],
    ["ntfs", "NTFS"],
  ].map(([key, text]): ListRow => ({ key: key!, name: key!, lines: [`${key!.padEnd(7)}${text}`] }));
  return askOne("Which file system?", rows, terminal);
}

async function askLabel(own: string, terminal: Terminal): Promise<string> {
  const kept = own === "" ? "none" : printable(own);
  return answered(await terminal.ask(`Label (Enter keeps ${kept}): `)).trim();
}

/** A path's end says more than its beginning. */
function shortened(line: string, width: number): string {
  return line.length > width ? `...${line.slice(line.length - width + 3)}` : line;
}

async function askOne(title: string, rows: readonly ListRow[], terminal: Terminal): Promise<string> {
  const view: ListQuestion["view"] = (width) => ({
    rows: rows.map((row) => ({ ...row, lines: row.lines.map((line) => shortened(line, width)) })),
    note: "",
  });
  const question = { title, several: false, view };
  const ask = terminal.animated
    ? (await import("./prompts/list-prompt.js")).askList
    : (await import("./prompts/numbered-list.js")).askNumbers;
  const [key] = (await ask(question, terminal)) ?? [];
  return answered(key ?? null);
}

function answered(answer: string | null): string {
  if (answer === null) throw new Win7UsbError("declined", "nothing was written");
  return answer;
}

/** Windows closes the window of a program that was started by a double click, whatever stands in it. */
export async function keepWindow(terminal: Terminal): Promise<void> {
  if (platform === "win32") await terminal.ask(styleFor(terminal).faint("Enter closes this window. "));
}
