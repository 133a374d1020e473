/** The few styles that messages use, behind one file: chalk with colour switched by the terminal. */
import { Chalk } from "chalk";
import type { Terminal } from "./terminal.js";

export type Style = {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
};

export function styleFor(terminal: Pick<Terminal, "color">): Style {
  const chalk = new Chalk({ level: terminal.color ? 1 : 0 });
  return { strong: chalk.bold, faint: chalk.dim, good: chalk.green, warning: chalk.yellow, bad: chalk.red };
}
