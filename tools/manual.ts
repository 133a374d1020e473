/** The manual page, in the man macros that groff, mandoc and BSD's man know. */
import { explanation, operandWord, usageLine } from "../src/cli/help.js";
import { allCommands, environment, exitMeanings, programName, programSummary } from "../src/cli/table/program.js";
import type { CommandSpec, OptionSpec } from "../src/cli/table/spec.js";
import { optionGroups } from "../src/cli/table/spec.js";

/** Of the last change of what the page says; a date that is not fixed would make two builds differ. */
const changed = "2026-11-29";

export function manualPage(version: string): string {
  return [
    `.TH WIN7USB 1 ${changed} "win7usb ${version}" "User Commands"`,
    ".SH NAME",
    `${programName} \\- check a Windows 7 x86 ISO and make a bootable USB stick or image file of it`,
    ".SH SYNOPSIS",
    ...allCommands.flatMap((command) => [".nf", escaped(usageLine(command)), ".fi"]),
    ".SH DESCRIPTION",
    escaped(programSummary),
    "An ISO is a file or an optical drive; a target is a whole drive (/dev/sdb, /dev/disk4, \\e\\e.\\ePhysicalDrive2)",
    "or the path of an image file, which is created and needs no root.",
    "Options stand before or after operands; lists are repeated or separated by commas, and what takes one value is given once.",
    ...allCommands.flatMap(commandSection),
    ".SH EXIT STATUS",
    ...exitMeanings.flatMap(([code, , meaning]) => tagged(`\\fB${code}\\fR`, meaning)),
    ".SH ENVIRONMENT",
    ...environment.flatMap(([name, meaning]) => tagged(`\\fB${name}\\fR`, meaning)),
    ".SH EXAMPLES",
    ...allCommands.flatMap(({ examples }) =>
      examples.flatMap(([line, purpose]) => tagged(`\\fB${escaped(line)}\\fR`, purpose)),
    ),
    "",
  ].join("\n");
}

function commandSection(command: CommandSpec): string[] {
  const { name, description, operands, options } = command;
  const groups = Object.entries(optionGroups).flatMap(([group, title]) => {
    const own = options.filter((option) => option.group === group);
    return own.length === 0 ? [] : [".PP", `\\fI${title}\\fR`, ...own.flatMap(optionEntry)];
  });
  return [
    `.SH ${name.toUpperCase()}`,
    escaped(description),
    ...operands.flatMap((operand) => tagged(`\\fI${escaped(operandWord(operand))}\\fR`, `${operand.summary}.`)),
    ...groups,
  ];
}

function optionEntry(option: OptionSpec): string[] {
  const { long, short } = option;
  const value = option.kind === "flag" ? "" : ` \\fI${escaped(option.value)}\\fR`;
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${long}`];
  const head = names.map((name) => `\\fB${escaped(name)}\\fR`).join(", ");
  return tagged(head + value, explanation(option));
}

function tagged(head: string, text: string): string[] {
  return [".TP", head, escaped(text)];
}

/** A backslash, and a hyphen that is typed and not printed, have names; a line may not begin with a request's sign. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/, "\\&");
}
