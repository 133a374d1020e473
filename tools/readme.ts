/** The tables of README.md that come from the commands' own, between markers. */
import { optionWords, usageLine } from "../src/cli/help.js";
import { allCommands, exitMeanings } from "../src/cli/table/program.js";

const marker = (name: string, end: "" | "/"): string => `<!-- ${end}${name}: npm run generate -->`;

/** `text` with the tables as they must be. Throws where a marker is missing. */
export function withTables(text: string): string {
  return replaced(replaced(text, "options", optionTables()), "exit codes", exitTable());
}

function replaced(text: string, name: string, tables: string): string {
  const start = text.indexOf(marker(name, ""));
  const end = text.indexOf(marker(name, "/"));
  if (start < 0 || end < start) throw new Error(`README.md has no place for the ${name}, expected ${marker(name, "")}`);
  return `${text.slice(0, start)}${marker(name, "")}\n\n${tables}\n${text.slice(end)}`;
}

function optionTables(): string {
  const withOptions = allCommands.filter(({ options }) => options.length > 0);
  const sections = withOptions.map((command) => {
    const rows = command.options.map((option) => [`\`${optionWords(option).trim()}\``, option.summary]);
    return table([`\`${usageLine(command)}\``, ""], rows);
  });
  return sections.join("\n");
}

function exitTable(): string {
  const meanings = exitMeanings.map(([code, , meaning]) => [
    String(code),
    meaning.replaceAll(/\b(verify|check)(?=:)/g, "`$1`"),
  ]);
  return table(["exit", "meaning"], meanings);
}

/** As oxfmt aligns it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  const [first = [], ...others] = cells;
  return line(first) + line(widths.map((width) => "-".repeat(width))) + others.map(line).join("");
}
