/** What fuzzing needs and this machine lacks, as sentences; null where there is nothing. */
import { spawnSync } from "node:child_process";

/** Of what Jazzer.js was linked to. */
const neededGlibc = [2, 38] as const;

const page = 'docs/testing.md, "Fuzzing by coverage"';

export function missingForJazzer(): string | null {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  const version = report.header.glibcVersionRuntime;
  if (process.platform !== "linux") return null;
  const [major = 0, minor = 0] = (version ?? "0").split(".").map(Number);
  if (major > neededGlibc[0] || (major === neededGlibc[0] && minor >= neededGlibc[1])) return null;
  const seen = version === undefined ? "this machine has none" : `this machine has ${version}`;
  return `Jazzer.js needs glibc ${neededGlibc.join(".")} or later, ${seen}: run it in Debian 13 (${page})`;
}

/** A program that does nothing, to see whether it can be linked. */
const idle = "int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size) { return !data && size; }";

export function missingForDecoders(): string | null {
  const options = ["-fsanitize=fuzzer,address,undefined", "-x", "c", "-", "-o", "/dev/null"];
  if (spawnSync("clang", options, { input: idle, stdio: ["pipe", "ignore", "ignore"] }).status === 0) return null;
  return `the decoders need clang with libFuzzer: install clang and libclang-rt-dev (${page})`;
}
