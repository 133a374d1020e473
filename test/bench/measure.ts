/** One command timed as a whole process: wall clock, CPU seconds, peak memory, by GNU time; and the median of several. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Measured = {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Largest resident set of one process, in bytes. */
  readonly peakMemory: number;
  /** Bytes that went to the device during the run; 0 where no device was named. */
  readonly deviceBytes: number;
};

export type MeasureOptions = {
  /** Whose sectors are counted. */
  readonly device?: string | undefined;
  /** Beside this process' own. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command has to end with. */
  readonly exitCode?: number;
};

const diskSector = 512;
/** Field of /sys/block/<name>/stat that counts sectors written (Documentation/block/stat.rst). */
const writtenField = 6;

function sectorsWritten(device: string | undefined): number {
  if (device === undefined) return 0;
  const stat = readFileSync(`/sys/block/${device.replace("/dev/", "")}/stat`, "utf8");
  return Number(stat.trim().split(/\s+/)[writtenField]);
}

/** Runs `command` and throws where it ends otherwise than it has to: a figure of a failed run would be worth nothing. */
export function measure(
  command: readonly string[],
  folder: string,
  { device, env, exitCode = 0 }: MeasureOptions = {},
): Measured {
  const report = join(folder, "time.txt");
  const before = sectorsWritten(device);
  const result = spawnSync("time", ["-q", "-o", report, "-f", "%e %U %S %M", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== exitCode) throw new Error(`${command.join(" ")} ended with ${result.status}: ${result.stderr}`);
  // GNU time says in a line before it what a failed command has ended with.
  const last = readFileSync(report, "utf8").trim().split("\n").at(-1)!;
  const [wall, user, system, kilobytes] = last.split(/\s+/).map(Number);
  return {
    wallSeconds: wall!,
    cpuSeconds: user! + system!,
    peakMemory: kilobytes! * 1024,
    deviceBytes: (sectorsWritten(device) - before) * diskSector,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of each figure over `runs` of the candidates in turn (A B C A B C ...), so that drift hits all alike. */
export function compare(candidates: ReadonlyMap<string, () => Measured>, runs: number): Map<string, Measured> {
  const all = new Map<string, Measured[]>([...candidates.keys()].map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, candidate] of candidates) all.get(name)!.push(candidate());
  }
  return new Map([...all].map(([name, measured]) => [name, medians(measured)]));
}

function medians(measured: readonly Measured[]): Measured {
  const of = (key: keyof Measured): number => median(measured.map((one) => one[key]));
  return {
    wallSeconds: of("wallSeconds"),
    cpuSeconds: of("cpuSeconds"),
    peakMemory: Math.max(...measured.map((one) => one.peakMemory)),
    deviceBytes: of("deviceBytes"),
  };
}
