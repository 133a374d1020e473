/**
 * `npm run fuzz -- [target...] [--seconds=N] [--minimise | --input=FILE | --install]`: each target, or those named, under a fuzzer that
 * follows coverage. JavaScript is Jazzer.js', which is installed into `build/fuzz` and needs glibc 2.38; the decoders in C
 * are libFuzzer's, which needs clang. Finds are left in `build/fuzz/finds`. `--minimise` keeps of all inputs those that
 * reach something of their own, as the corpus; `--input` runs a target on one file without a
 * fuzzer, and `--install` does no more than to install Jazzer.js.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { addInputs, countFinds, keptInputs, loadTarget, prepare, targetNames } from "./inputs.js";
import { missingForDecoders, missingForJazzer } from "./needs.js";
import { installJazzer, runDecoder, runJazzer, type FuzzerRun } from "./fuzzers.js";

const isDecoder = (target: string): boolean => target === "lzx" || target === "xpress";
const runFuzzer = async (target: string, flags: readonly string[]): Promise<FuzzerRun> =>
  isDecoder(target) ? runDecoder(target, flags) : runJazzer(target, flags);

async function fuzz(target: string, seconds: string): Promise<boolean> {
  const folder = await prepare(target);
  const before = countFinds(target);
  const { exitCode, processorSeconds } = await runFuzzer(target, [folder, `-max_total_time=${seconds}`]);
  const finds = countFinds(target) - before;
  console.log(`${target}: ${Math.round(processorSeconds)} s of the processor, exit code ${exitCode}, ${finds} finds`);
  return exitCode === 0;
}

async function minimise(target: string): Promise<boolean> {
  const folder = await prepare(target);
  const { exitCode } = await runFuzzer(target, ["-merge=1", keptInputs(target), folder]);
  if (exitCode === 0) console.log(`${target}: ${addInputs(target)}`);
  return exitCode === 0;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "300" },
      minimise: { type: "boolean", default: false },
      input: { type: "string" },
      install: { type: "boolean", default: false },
    },
  });
  const targets = positionals.length === 0 ? targetNames : positionals;
  const unknown = targets.find((target) => !targetNames.includes(target));
  if (unknown !== undefined) {
    console.error(`no target ${unknown}, only ${targetNames.join(", ")}`);
    process.exitCode = 2;
    return;
  }
  if (values.input !== undefined) {
    for (const target of targets) {
      const { fuzz: run } = await loadTarget(target);
      await run(new Uint8Array(readFileSync(values.input)));
    }
    return;
  }
  if (values.install) return installJazzer();
  const missing = new Set(targets.map((target) => (isDecoder(target) ? missingForDecoders() : missingForJazzer())));
  missing.delete(null);
  for (const what of missing) console.error(what);
  if (missing.size > 0) process.exitCode = 1;
  for (const target of missing.size > 0 ? [] : targets) {
    const done = await (values.minimise ? minimise(target) : fuzz(target, values.seconds));
    if (!done) process.exitCode = 1;
  }
}

await main();
