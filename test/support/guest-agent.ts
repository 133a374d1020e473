/**
 * Commands in a guest over a virtio serial port. The host says `<id> <command>` on a line; the guest answers with lines
 * `<id> out <text>`, `<id> err <text>` and at the end `<id> exit <code>`. Commands run beside each other.
 */
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/**
 * What runs in the guest, in busybox's shell. Each line is one write, so lines of several commands do not mix. When
 * the host is gone, however it ended, the port ends too, and so does the guest.
 */
export const agentScript = `#!/bin/busybox sh
exec 3<>$(echo /dev/vport*)
mark() { while IFS= read -r line; do printf '%s %s %s\\n' "$1" "$2" "$line" >&3; done; }
run() {
  { { { sh -c "$2" </dev/null 3>&-; echo $? >/run/exit.$1; } 2>&1 >&4 | mark "$1" err; } 4>&1 | mark "$1" out; }
  printf '%s exit %s\\n' "$1" "$(cat /run/exit.$1)" >&3
}
printf '0 exit 0\\n' >&3
while IFS=' ' read -r id command <&3; do run "$id" "$command" & done
poweroff -f
`;

export type Line = {
  readonly channel: "out" | "err";
  readonly text: string;
  /** Of the host's clock, in milliseconds. */
  readonly at: number;
};

export type CommandOutcome = {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  readonly lines: readonly Line[];
  /** When it was asked for and when its end was told, in milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
};

export type Agent = {
  /** Resolves when the guest is there. */
  readonly ready: Promise<void>;
  /** Runs a command of busybox's shell, on one line; `onLine` is told of each line as it comes. */
  run(command: string, onLine?: (line: Line) => void): Promise<CommandOutcome>;
};

type Running = {
  readonly lines: Line[];
  readonly startedAt: number;
  readonly onLine: ((line: Line) => void) | undefined;
  readonly end: (exitCode: number) => void;
  readonly fail: (error: Error) => void;
};

export function connectAgent(socket: Socket): Agent {
  const running = new Map<number, Running>();
  let next = 0;
  const start = (onLine?: (line: Line) => void): Promise<CommandOutcome> =>
    new Promise((resolve, reject) => {
      const lines: Line[] = [];
      const startedAt = performance.now();
      const textOf = (channel: Line["channel"]): string =>
        lines
          .filter((line) => line.channel === channel)
          .map(({ text }) => `${text}\n`)
          .join("");
      const end = (exitCode: number): void =>
        resolve({
          exitCode,
          out: textOf("out"),
          err: textOf("err"),
          lines,
          startedAt,
          endedAt: performance.now(),
        });
      running.set(next, { lines, startedAt, onLine, end, fail: reject });
      next += 1;
    });
  createInterface({ input: socket }).on("line", (text) => {
    const match = /^(\d+) (out|err|exit) ?(.*)$/.exec(text);
    if (match === null) throw new Error(`the guest said "${text}"`);
    const id = Number(match[1]);
    const command = running.get(id);
    if (match[2] === "exit") {
      running.delete(id);
      command?.end(Number(match[3]));
    } else {
      const line: Line = { channel: match[2] as Line["channel"], text: match[3]!, at: performance.now() };
      command?.lines.push(line);
      command?.onLine?.(line);
    }
  });
  socket.once("close", () => {
    for (const { fail } of running.values()) fail(new Error("the guest is gone"));
  });
  return {
    ready: start().then(() => undefined),
    run(command, onLine) {
      const outcome = start(onLine);
      socket.write(`${next - 1} ${command}\n`);
      return outcome;
    },
  };
}
