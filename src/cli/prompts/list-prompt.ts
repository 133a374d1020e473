/**
 * A list that is chosen from with the arrow keys, and that may change while it stands: @clack/core behind one file. It reads
 * the keys, draws only the lines that differ and gives the terminal back; what is drawn is ours. Trap: it draws when a key comes or
 * the terminal's size changes, so a list that has changed says that the size has.
 */
import { isCancel, Prompt } from "@clack/core";
import { styleFor } from "../style.js";
import { screenOf } from "../screen.js";
import type { Terminal } from "../terminal.js";

/** What can be chosen, or is only shown. */
export type ListRow = {
  /** The same for the same thing, however the list changes; null for what cannot be chosen. */
  readonly key: string | null;
  /** What stands for it once it is chosen. */
  readonly name: string;
  /** Not wider than the width that it was asked for. */
  readonly lines: readonly string[];
};

export type ListView = {
  readonly rows: readonly ListRow[];
  /** What is to be said below them; empty for nothing. */
  readonly note: string;
};

export type ListQuestion = {
  readonly title: string;
  /** Several can be marked. */
  readonly several: boolean;
  /** The view as it is now, for rows of so many characters. */
  view(width: number): ListView;
};

/** Characters in front of a row: the pointer, and the mark where there are several. */
const pointerWidth = 2;
const markWidth = 4;
/** Lines that are neither the rows' nor the note's: title, keys, an empty one before and after them, and the one that is left free. */
const otherLines = 5;

class ListPrompt extends Prompt<string[]> {
  readonly #question: ListQuestion;
  readonly #terminal: Terminal;
  readonly #marked = new Set<string>();
  #current: string | null = null;

  constructor(question: ListQuestion, terminal: Terminal, screen: ReturnType<typeof screenOf>) {
    super({ render: () => this.#text(), output: screen }, false);
    this.#question = question;
    this.#terminal = terminal;
    this.on("cursor", (action) => {
      if (action === "up") this.#move(-1);
      if (action === "down") this.#move(1);
      if (action === "space") this.#mark();
    });
  }

  /** Enter means something only where there is something to take. */
  protected override _shouldSubmit(): boolean {
    const keys = this.#keys();
    const marked = keys.filter((key) => this.#marked.has(key));
    const current = this.#current ?? keys[0];
    if (current === undefined) return false;
    this.value = marked.length > 0 ? marked : [current];
    return true;
  }

  #keys(): string[] {
    const { rows } = this.#question.view(this.#width());
    const keys = rows.flatMap(({ key }) => key ?? []);
    // What has gone is not marked any more: another thing in its place was never chosen.
    for (const key of this.#marked) if (!keys.includes(key)) this.#marked.delete(key);
    if (this.#current === null || !keys.includes(this.#current)) this.#current = keys[0] ?? null;
    return keys;
  }

  #move(by: number): void {
    const keys = this.#keys();
    if (this.#current === null) return;
    this.#current = keys[(keys.indexOf(this.#current) + by + keys.length) % keys.length]!;
  }

  #mark(): void {
    this.#keys();
    if (!this.#question.several || this.#current === null) return;
    if (!this.#marked.delete(this.#current)) this.#marked.add(this.#current);
  }

  #width(): number {
    return this.#terminal.columns - pointerWidth - (this.#question.several ? markWidth : 0) - 1;
  }

  #text(): string {
    const style = styleFor(this.#terminal);
    const { title, several } = this.#question;
    const keys = this.#keys();
    const { rows, note } = this.#question.view(this.#width());
    if (this.state === "cancel") return title;
    if (this.state === "submit") {
      const names = rows
        .filter(({ key }) => key !== null && this.value?.includes(key) === true)
        .map(({ name }) => name);
      return `${title} ${style.strong(names.join(", "))}`;
    }
    const help = ["up, down: move", ...(several ? ["space: mark several"] : []), "enter: take", "esc: leave"].join(
      "   ",
    );
    const drawn = rows.map((row) => this.#rowLines(row));
    const at = rows.findIndex(({ key }) => key !== null && key === this.#current);
    const shown = windowed(
      drawn,
      at,
      this.#terminal.rows - otherLines - (note === "" ? 0 : note.split("\n").length + 1),
    );
    return [
      style.strong(title),
      ...(keys.length === 0 ? [] : [style.faint(help)]),
      "",
      ...shown,
      ...(note === "" ? [] : [...(shown.length === 0 ? [] : [""]), style.faint(note)]),
    ].join("\n");
  }

  #rowLines({ key, lines }: ListRow): string[] {
    const style = styleFor(this.#terminal);
    const isCurrent = key !== null && key === this.#current;
    const mark = key === null ? "    " : this.#marked.has(key) ? "[x] " : "[ ] ";
    const first = `${isCurrent ? ">" : " "} ${this.#question.several ? mark : ""}`;
    return lines.map((line, index) => {
      const text = `${index === 0 ? first : " ".repeat(first.length)}${line}`;
      if (key === null) return style.faint(text);
      return isCurrent && index === 0 ? style.strong(text) : text;
    });
  }
}

/** As many whole rows as fit into `height` lines, the one at `at` among them, and how many there are besides. */
function windowed(rows: readonly (readonly string[])[], at: number, height: number): string[] {
  const heightOf = (from: number, to: number): number =>
    rows.slice(from, to).reduce((sum, { length }) => sum + length, 0);
  if (heightOf(0, rows.length) <= height) return rows.flat();
  let from = Math.max(0, at);
  let to = from + 1;
  // A line above and one below say what is left out.
  while (to < rows.length && heightOf(from, to + 1) <= height - 2) to += 1;
  while (from > 0 && heightOf(from - 1, to) <= height - 2) from -= 1;
  const above = from === 0 ? [] : [`  ${from} more above`];
  const below = to === rows.length ? [] : [`  ${rows.length - to} more below`];
  return [...above, ...rows.slice(from, to).flat(), ...below];
}

/**
 * Resolves to the keys that were chosen, at least one; null where the person left. `watch` calls `changed` when the view is another one,
 * and ends when its signal aborts.
 */
export async function askList(
  question: ListQuestion,
  terminal: Terminal,
  watch: (changed: () => void, signal: AbortSignal) => Promise<void> = async () => undefined,
): Promise<readonly string[] | null> {
  const screen = screenOf(terminal);
  const prompt = new ListPrompt(question, terminal, screen);
  const stop = new AbortController();
  const watching = watch(() => screen.emit("resize"), stop.signal);
  try {
    const answer = await prompt.prompt();
    return answer === undefined || isCancel(answer) ? null : answer;
  } finally {
    stop.abort();
    await watching;
  }
}
