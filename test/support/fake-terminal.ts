/** A terminal that records what it is shown and types what it is told to. */
import type { Terminal } from "../../src/cli/terminal.js";

export type FakeTerminal = Terminal & {
  readonly shown: { out: string; err: string; questions: string[] };
  interrupt(): void;
};

export type FakeTerminalOptions = { readonly interactive?: boolean; readonly answers?: readonly (string | null)[] };

export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const shown = { out: "", err: "", questions: [] as string[] };
  const answers = [...(options.answers ?? [])];
  const listeners = new Set<() => void>();
  let time = 0;
  return {
    shown,
    out: (text) => (shown.out += text),
    err: (text) => (shown.err += text),
    tell: (text) => (shown.err += text),
    draw: (text) => (shown.err += text),
    interactive: options.interactive ?? false,
    animated: false,
    color: false,
    outColumns: null,
    unicode: true,
    columns: 80,
    rows: 24,
    async ask(question) {
      shown.questions.push(question);
      return answers.shift() ?? null;
    },
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    now: () => (time += 1),
    lost: async () => [],
    interrupt: () => listeners.forEach((listener) => listener()),
  };
}
