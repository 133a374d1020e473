/** stderr as libraries that redraw expect it: a stream that is a terminal, whose size is what terminal.ts says. */
import { clearLine, cursorTo, moveCursor } from "node:readline";
import { Writable } from "node:stream";

export type Screen = {
  /** What moves the cursor, on stderr; only where it is a terminal that can redraw a line. */
  draw(text: string): void;
  /** Characters in a line, now. */
  readonly columns: number;
  /** Lines, now. */
  readonly rows: number;
};

export function screenOf(terminal: Screen): Writable {
  const screen = new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _encoding, taken) {
      terminal.draw(String(text));
      taken();
    },
  });
  return Object.defineProperties(screen, {
    isTTY: { value: true },
    columns: { get: () => terminal.columns },
    rows: { get: () => terminal.rows },
    cursorTo: { value: (x: number, y?: number) => cursorTo(screen, x, y) },
    moveCursor: { value: (x: number, y: number) => moveCursor(screen, x, y) },
    clearLine: { value: (direction: -1 | 0 | 1) => clearLine(screen, direction) },
  });
}
