/** Columns of text for people: each as wide as its widest cell, two blanks between. */
import type { Style } from "../style.js";

export function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
  return [style.faint(line(head)), ...rows.map(line)].join("\n") + "\n";
}
