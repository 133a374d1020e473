/** The program on a pseudo terminal of any size, none included, typed to and read as a person does: Python's pty has them. */
import { spawn } from "node:child_process";
import { programCommand } from "./program.js";

/** Rows, columns, then the command; what is typed comes from stdin. */
const relay = `
import fcntl, os, pty, select, signal, struct, sys, termios
rows, columns = int(sys.argv[1]), int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])
os.write(2, b"%d\\n" % pid)
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed: os.write(terminal, typed)
        else: sources.remove(0)
    if terminal in ready:
        try: shown = os.read(terminal, 65536)
        except OSError: break
        if not shown: break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`;

export type PtyOptions = {
  readonly folder: string;
  /** Default: 80; 0 as a terminal without a size has. */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Typed once, as soon as what was shown matches. */
  readonly typing?: readonly [when: RegExp, text: string];
  /** Sent to the program once, as soon as what was shown matches. */
  readonly signalling?: readonly [when: RegExp, signal: NodeJS.Signals];
};

export type Shown = { readonly exitCode: number | null; readonly shown: string };

/** Bytes after which a program that redraws for ever is ended. */
const mostShown = 2 ** 22;

/** Runs it to its end; what it shows has the terminal's own line ends and echo. */
export function onPty(argv: readonly string[], options: PtyOptions): Promise<Shown> {
  const { folder, columns = 80, environment = {}, typing, signalling } = options;
  const words = ["-c", relay, columns === 0 ? "0" : "50", String(columns), ...programCommand, ...argv];
  const child = spawn("python3", words, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", LC_ALL: "C.UTF-8", ...environment },
  });
  let shown = "";
  let pid = 0;
  let isTyped = false;
  let isSignalled = false;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (pid ||= Number.parseInt(text, 10)));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    if (typing?.[0].test(shown) === true && !isTyped) {
      isTyped = true;
      child.stdin.write(typing[1]);
    }
    if (signalling?.[0].test(shown) === true && !isSignalled) {
      isSignalled = true;
      process.kill(pid, signalling[1]);
    }
    if (shown.length > mostShown) process.kill(pid, "SIGKILL");
  });
  return new Promise((resolve) => child.once("close", (exitCode) => resolve({ exitCode, shown })));
}
