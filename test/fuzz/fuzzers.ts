/** The two fuzzers: Jazzer.js for JavaScript, and libFuzzer itself for C. Both take libFuzzer's flags. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findPrefix, loadTarget, repository, workFolder } from "./inputs.js";

export type FuzzerRun = { readonly exitCode: number; readonly processorSeconds: number };

/** Bytes. Longer inputs find little that shorter ones do not. */
const longestInput = 64 * 1024;
/** Seconds for one input: sound work takes milliseconds, and the machine may be busy. */
const inputLimit = 60;
/** MiB of resident memory: 400 for the reader, the rest for the fuzzer, its instrumentation and inputs. */
const memoryLimit = 800;

const flagsFor = (target: string): string[] => [
  `-max_len=${longestInput}`,
  `-rss_limit_mb=${memoryLimit}`,
  `-artifact_prefix=${findPrefix(target)}`,
  `-report_slow_units=${inputLimit}`,
  "-print_final_stats=1",
];

const source = join(repository, "test", "fuzz");
const jazzer = join(workFolder, "jazzer");
/** What is followed: our own code, and the libraries that read what a stranger made. */
const followed = [
  "build/src/",
  "@rgrove/parse-xml",
  "node_modules/asn1js",
  "node_modules/pe-library",
  "node_modules/fflate",
].flatMap((part) => ["-i", part]);

export async function runJazzer(target: string, flags: readonly string[]): Promise<FuzzerRun> {
  installJazzer();
  const { fuzz } = await loadTarget(target);
  const program = join(jazzer, "node_modules", "@jazzer.js", "core", "dist", "cli.js");
  const module = join(repository, "build", "test", "fuzz", "targets", `${target}.js`);
  const folders = flags.filter((flag) => !flag.startsWith("-"));
  const others = flags.filter((flag) => flag.startsWith("-"));
  const options = [...followed, "--disableBugDetectors=.*", `--timeout=${inputLimit * 1000}`];
  if (fuzz.constructor.name !== "AsyncFunction") options.push("--sync");
  return run(process.execPath, [program, module, ...folders, ...options, "--", ...flagsFor(target), ...others]);
}

export function installJazzer(): void {
  const names = ["package.json", "package-lock.json"] as const;
  mkdirSync(jazzer, { recursive: true });
  const lock = join(source, "jazzer", "package-lock.json");
  const installed = join(jazzer, "node_modules", "installed-lock.json");
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  for (const name of names) copyFileSync(join(source, "jazzer", name), join(jazzer, name));
  execFileSync("npm", ["ci", "--silent", "--no-audit", "--no-fund"], { cwd: jazzer, stdio: "inherit" });
  copyFileSync(lock, installed);
}

/** One program a decoder, compiled anew each time. */
export function runDecoder(target: string, flags: readonly string[]): FuzzerRun {
  const decoders = join(repository, "src", "wim", "compression", "decoders");
  const program = join(workFolder, `decode-${target}`);
  const checks = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=undefined", "-g", "-O2"];
  const warnings = ["-Wno-unknown-attributes", "-Wno-ignored-attributes"];
  const defines = target === "lzx" ? ["-DFUZZED_LZX"] : [];
  const files = [join(source, "decoders.c"), join(decoders, `${target}.c`)];
  execFileSync("clang", [...checks, ...warnings, ...defines, `-I${decoders}`, ...files, "-o", program]);
  return run(program, [...flagsFor(target), `-timeout=${inputLimit}`, ...flags]);
}

/** The shell's `times` tells the processor's time of what it ran, whichever fuzzer that was. */
const timed = '"$@"; code=$?; times; exit $code';

function run(program: string, parameters: readonly string[]): FuzzerRun {
  const { status, stdout } = spawnSync("sh", ["-c", timed, "sh", program, ...parameters], {
    cwd: workFolder,
    env: { ...process.env, FUZZING: "1" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [children = ""] = stdout.trim().split("\n").slice(-1);
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return { exitCode: status ?? 1, processorSeconds: seconds.reduce((sum, each) => sum + each, 0) };
}
