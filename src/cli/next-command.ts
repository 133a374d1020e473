/** The command that was probably meant, for a command line that lacks a word: with the words that are there. */
import { basename, extname } from "node:path";
import type { CommandSpec } from "./table/spec.js";

/** A command line, and what it does. */
export type NextCommand = readonly [line: string, purpose: string];

/** `operands` are those that were typed; empty where nothing can be guessed. */
export function nextCommands(command: CommandSpec | null, operands: readonly string[]): NextCommand[] {
  const [first] = operands;
  if (command === null) return first === undefined ? [] : forFile(first);
  if (command.name === "write" && operands.length === 1) return forWrite(operands[0]!);
  if (operands.length >= command.operands.filter(({ optional }) => optional !== true).length) return [];
  const example = command.examples[0];
  return example === undefined ? [] : [example];
}

/** `win7usb win7.iso`: a file or a drive where a command is expected. */
function forFile(path: string): NextCommand[] {
  if (/^(?:\/dev\/|\\\\)/.test(path)) {
    return [
      [`win7usb check ${quoted(path)}`, "is it still what was written?"],
      [`win7usb write <iso> ${quoted(path)}`, "make a stick of it"],
    ];
  }
  if (/\.(?:iso|img|udf)$/i.test(path) || /[\\/]/.test(path)) {
    return [[`win7usb verify ${quoted(path)}`, "is it sound, genuine, what I need?"], ...forWrite(path)];
  }
  return [];
}

function forWrite(iso: string): NextCommand[] {
  const image = `${basename(iso, extname(iso))}.img`;
  return [
    ["win7usb drives", "which drives can be written?"],
    [`win7usb write ${quoted(iso)} /dev/sdX`, "make a stick"],
    [`win7usb write ${quoted(iso)} ${quoted(image)}`, "make an image file"],
  ];
}

/** As a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:\\@%+=,~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
