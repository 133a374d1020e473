/** The same list for a terminal that cannot redraw: numbers are typed, and an empty line looks again. */
import { wrap } from "../format.js";
import type { Terminal } from "../terminal.js";
import type { ListQuestion, ListRow } from "./list-prompt.js";

/** Characters of a number and the blanks behind it. */
const numberWidth = 6;

/** As `askList`; `look` brings the view up to date. */
export async function askNumbers(
  question: ListQuestion,
  terminal: Terminal,
  look: () => Promise<void> = async () => undefined,
): Promise<readonly string[] | null> {
  for (;;) {
    const { rows, note } = question.view(terminal.columns - numberWidth);
    const keys = rows.flatMap(({ key }) => key ?? []);
    terminal.err(`${question.title}\n${rows.map((row) => numberedRow(row, keys)).join("")}`);
    if (note !== "") terminal.err(`${note}\n`);
    const several = question.several ? "Numbers, with blanks between" : "Number";
    const answer = await terminal.ask(keys.length === 0 ? "Enter looks again: " : `${several} (Enter looks again): `);
    if (answer === null) return null;
    const numbers =
      answer.trim() === ""
        ? []
        : answer
            .trim()
            .split(/[\s,]+/)
            .map(Number);
    const wrong = numbers.find((number) => keys[number - 1] === undefined);
    if (wrong === undefined && numbers.length > 0 && (question.several || numbers.length === 1)) {
      return [...new Set(numbers.map((number) => keys[number - 1]!))];
    }
    if (numbers.length > 0) {
      const text =
        keys.length === 0 ? "There is nothing to choose yet." : `Expected ${expected(keys.length, question.several)}.`;
      terminal.err(`${wrap(text, terminal.columns)}\n`);
    }
    await look();
  }
}

function numberedRow({ key, lines }: ListRow, keys: readonly string[]): string {
  const number = key === null ? "-" : String(keys.indexOf(key) + 1);
  return lines.map((line, index) => `${(index === 0 ? `  ${number}` : "").padEnd(numberWidth)}${line}\n`).join("");
}

function expected(count: number, several: boolean): string {
  const range = count === 1 ? "1" : `numbers from 1 to ${count}`;
  return several || count === 1 ? range : `one of the ${range}`;
}
