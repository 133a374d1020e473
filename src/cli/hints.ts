/**
 * What the person can do about a failure, in the words of the command that they ran. The rooms below give a code, data and
 * a hint that holds for every caller; which option helps, only the command line knows.
 */
import type { Warning, Win7UsbError } from "../errors.js";
import { allCommands } from "./table/program.js";

/** A failed check has no data. */
type Failure = {
  readonly code?: string | undefined;
  readonly hint?: string | undefined;
  readonly data?: Win7UsbError["data"];
};

/** Whether `--allow` of that command lifts this refusal. */
function isLifted(code: string, command: string): boolean {
  const options = allCommands.find(({ name }) => name === command)?.options ?? [];
  return options.some((option) => option.long === "allow" && option.kind === "list" && option.choices?.includes(code));
}

/** A sentence, or undefined where there is nothing to do but what the message says. */
export function hintFor({ code, hint, data = {} }: Failure, command: string, size?: number): string | undefined {
  if (code === undefined) return hint;
  // What has no short name left is refused by FAT32 alone.
  const isOfFileSystem = data["fileSystem"] !== undefined;
  // Names that can be left out come as a list; the one file is of a package of drivers, which is taken whole or not at all.
  const isOfPackage = code === "name-unsupported" && data["path"] !== undefined;
  if (isLifted(code, command) && hint !== undefined && !isOfFileSystem && !isOfPackage) {
    return `${hint.replace(/\.$/, "")}, or allow this one with --allow ${code}.`;
  }
  if (code === "image-not-iso" && data["format"] === ownStick && typeof data["path"] === "string") {
    return `${hint} Whether it still is what was written, win7usb check ${data["path"]} says.`;
  }
  if (command === "check" && code === "usage" && data["choice"] === "image") return "Name the image with --iso <iso>.";
  if (command === "check" && code === "usage" && data["lacks"] === "image") {
    const option = String(data["choice"]).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `Give --iso <iso> too, or leave --${option} out.`;
  }
  if (command === "update" && typeof data["path"] === "string" && code in written) {
    return written[code as keyof typeof written](data["path"]);
  }
  if (command === "read") return readHint(code, data) ?? hint;
  return (["write", "clone", "update", "station"].includes(command) ? writeHint(code, data, size) : undefined) ?? hint;
}

/** What makes a stick whole that an update does not take. */
const again = (path: string): string => `win7usb write <iso> ${path} writes it again, with --only-changed what differs`;
const written = {
  "stick-damaged": (path: string) => `It was used or is damaged: win7usb check ${path} says which. ${again(path)}.`,
  "stick-unfinished": (path: string) => `${again(path)}.`,
  "stick-foreign": () =>
    "Only what win7usb wrote and verified can be changed: make the stick with win7usb write first.",
} as const;

/** What an option of `read` does about it. */
function readHint(code: string, { choice }: Win7UsbError["data"]): string | undefined {
  if (code === "target-exists") return "Choose another name, or replace it with --force.";
  if (code === "usage" && choice === "retries") return "Give --retries a number from 0 to 100.";
  if (code === "usage" && choice === "fill") return "Leave --fill out for the first copy of the disc.";
  return undefined;
}

/** What steps call a stick of ours that was given as the ISO. */
const ownStick = "win7usb-stick";

/** What an option of `write` does about it; `size` as it was given, in bytes. */
function writeHint(code: string, data: Win7UsbError["data"], size: number | undefined): string | undefined {
  const { fileSystem, choice, needed, available, drive } = data;
  if (code === "too-small" && size !== undefined && available === size) {
    return `Give --size ${String(needed)}, or leave it out for the smallest that holds everything.`;
  }
  if (code === "file-too-large" || code === "directory-too-large") return "Use --filesystem ntfs.";
  if (code === "name-collision" && fileSystem === "fat32") return "Use --filesystem ntfs, which needs no short names.";
  if (code === "target-not-a-drive" && typeof drive === "string") {
    return `Name the drive itself, ${drive}: all that is on it will be lost.`;
  }
  // Where the other file came to be while this one was written, the hint says where this one stays.
  if (code === "target-exists" && data["kept"] === undefined) return "Choose another name, or replace it with --force.";
  if (code === "usage" && choice === "imageCheck") return "Leave --image-check none out, or the requirement.";
  if (code === "no-serial") return "Give the disk signature as a number, such as --signature 1a2b3c4d.";
  if (code === "usage" && choice === "signature") return "Give --signature eight hexadecimal digits, or serial.";
  if (code === "usage" && choice === "stream") return "Give - alone; a pipe to tee makes a file beside it.";
  if (code === "usage" && choice === "format") return "Leave --format out for a drive or a stream.";
  if (code === "usage" && choice === "size") return "Leave --size out for a drive.";
  if (code === "usage" && choice === "onlyChanged") return "Leave --only-changed out for an image file or a stream.";
  return undefined;
}

/** A warning of `check`; where there is nothing to compare the target with, with the option that gives something. */
export function checkWarning(warning: Warning, comparesWithImage: boolean): Warning {
  if (comparesWithImage || !warning.code.startsWith("manifest-")) return warning;
  return { ...warning, message: `${warning.message}; --iso <iso> compares with the image it was made from` };
}
