/** Commands that tell of the program itself. */
import type { CommandSpec } from "./spec.js";

export const completion = {
  name: "completion",
  summary: "print what completes commands and options in a shell",
  description: "Prints a script that completes commands, options and their values. The package has the same as files.",
  operands: [{ name: "shell", kind: "shell", summary: "bash, zsh, fish or powershell" }],
  options: [],
  examples: [["source <(win7usb completion bash)", "complete in this shell"]],
} as const satisfies CommandSpec;

export const licences = {
  name: "licences",
  summary: "print the licences of win7usb and of its parts",
  description: "Prints the licences of win7usb and of every part that is in it.",
  operands: [],
  options: [],
  examples: [],
} as const satisfies CommandSpec;

export const help = {
  name: "help",
  summary: "show help for a command",
  description: "Shows the help of a command, as its --help does.",
  operands: [{ name: "command", kind: "command", optional: true, summary: "a command's name" }],
  options: [],
  examples: [],
} as const satisfies CommandSpec;
