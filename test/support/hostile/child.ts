/**
 * Programs of test/support/hostile in processes of their own: compiled, with a bounded heap, and watched. A case that takes
 * longer than it may is a hang, and its process is ended; one that ends its process is told by its number too.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcomes } from "./targets.js";

export type FuzzFinding = {
  readonly index: number;
  readonly input: string;
  /** Where the hostile bytes were put. */
  readonly saved: string;
  readonly error: string;
};

export type FuzzResult = {
  readonly findings: readonly FuzzFinding[];
  readonly slowest: { readonly milliseconds: number; readonly index: number };
  readonly outcomes: Outcomes;
  /** Largest resident size of the process. */
  readonly peakKiB: number;
};

export type LimitResult = {
  readonly outcomes: Outcomes;
  readonly milliseconds: number;
  readonly peakKiB: number;
};

/** MiB of JavaScript heap: far above what is needed, far below what the machine has. */
const heapLimit = 320;

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

export type Programs = {
  run(...args: string[]): Promise<unknown>;
  readonly folder: string;
  remove(): void;
};

/** Compiles a program and everything below it into a folder, which also is for what it reads. `caseLimit`: milliseconds of processor. */
export function compilePrograms(name: string, caseLimit: number): Programs {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-hostile-"));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", version }));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const types = ["--target", "es2023", "--lib", "es2023", "--types", "node", "--noCheck"];
  const output = ["--module", "nodenext", "--rootDir", root, "--outDir", folder];
  // Threads are started by the name of their module, which no import tells the compiler of.
  const entries = [join(root, "test", "support", "hostile", `${name}.ts`), join(root, "src", "threads", "entry.ts")];
  execFileSync(process.execPath, [compiler, "--ignoreConfig", ...types, ...output, ...entries], {
    cwd: root,
    stdio: "pipe",
  });
  return {
    folder,
    run: (...args) => watch(join(folder, "test", "support", "hostile", `${name}.js`), args, caseLimit),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Milliseconds of processor that a process has used, in ticks of ten (proc(5), stat); null where there is no /proc, or it has ended. */
function processorTime(pid: number | undefined): number | null {
  try {
    // Behind the name, which may hold anything: state is the third field, utime the fourteenth, stime the fifteenth.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

/** A case may wait so many times as long as it may work: on a busy machine the processor is others'. */
const patience = 30;

/** Calls `stop` when a process has worked on one case for `caseLimit` milliseconds, or waited much longer. */
function startWatch(pid: number | undefined, caseLimit: number, stop: () => void) {
  let timer: NodeJS.Timeout;
  const begin = (): void => {
    const startedAt = performance.now();
    const usedBefore = processorTime(pid) ?? 0;
    const look = (): void => {
      const used = processorTime(pid);
      const worked = used === null ? caseLimit : used - usedBefore;
      if (worked >= caseLimit || performance.now() - startedAt >= patience * caseLimit) stop();
      else timer = setTimeout(look, Math.max(1000, caseLimit - worked));
    };
    timer = setTimeout(look, caseLimit);
  };
  const end = (): void => clearTimeout(timer);
  begin();
  return {
    again(): void {
      end();
      begin();
    },
    end,
  };
}

/** What the program gives as its result. Rejects where a case hangs or the process ends without one. */
function watch(program: string, args: readonly string[], caseLimit: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${heapLimit}`, program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let last = "its start";
    let rest = "";
    let errors = "";
    let result: unknown;
    let hung = false;
    const stop = (): void => {
      hung = true;
      child.kill("SIGKILL");
    };
    const watching = startWatch(child.pid, caseLimit, stop);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      watching.again();
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("result ")) result = JSON.parse(line.slice(7));
        else last = line;
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-3000)));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      watching.end();
      const command = `${program.split("/").at(-1)} ${args.join(" ")}`;
      if (hung) reject(new Error(`${command} hung: more than ${caseLimit} ms in ${last}`));
      else if (code !== 0 || result === undefined) {
        reject(new Error(`${command} ended in ${last} with code ${code}, signal ${signal}: ${errors}`));
      } else resolve(result);
    });
  });
}
