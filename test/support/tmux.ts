/** The program in a terminal emulator of other people's: tmux draws what a person would see, and types what one would. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export type TmuxOptions = {
  readonly columns: number;
  readonly rows: number;
  readonly environment?: Readonly<Record<string, string>>;
};

export type TmuxSession = {
  /** The screen's lines, without blanks at their ends and empty lines at its own; `styled` with the escape sequences of colours. */
  screen(styled?: boolean): string;
  /** Resolves as soon as the screen matches. */
  until(pattern: RegExp): Promise<string>;
  /** Names of keys as tmux has them (`Down`, `Space`, `Enter`, `C-c`), or text that is typed. */
  keys(...keys: string[]): void;
  close(): void;
};

const untilTimeoutMs = 60_000;
const pollMs = 50;

/** Runs `command` until it ends; then its exit code stands on the screen (`exit 0`). */
export function onTmux(command: readonly string[], { columns, rows, environment = {} }: TmuxOptions): TmuxSession {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-tmux-"));
  const tmux = (...words: string[]): string =>
    execFileSync("tmux", ["-S", join(folder, "socket"), "-f", "/dev/null", "-u", ...words], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", LC_ALL: "C.UTF-8" },
    });
  const variables = { LC_ALL: "C.UTF-8", ...environment };
  const words = ["env", ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), ...command];
  // The shell outlives what it runs, so that the last screen stays.
  const line = `${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")}; echo "exit $?"; exec sleep 600`;
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), line);
  const screen = (styled = false): string =>
    tmux("capture-pane", "-p", "-J", ...(styled ? ["-e"] : []))
      .split("\n")
      .map((text) => text.trimEnd())
      .join("\n")
      .trimEnd() + "\n";
  return {
    screen,
    async until(pattern) {
      const deadline = performance.now() + untilTimeoutMs;
      for (;;) {
        const shown = screen();
        if (pattern.test(shown)) return shown;
        if (performance.now() > deadline) throw new Error(`${String(pattern)} was not shown:\n${shown}`);
        await delay(pollMs);
      }
    },
    keys: (...keys) => void tmux("send-keys", ...keys),
    close() {
      tmux("kill-server");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
