/** Where the inputs of a fuzzing run lie, and what is kept of them. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCorpus, writeCorpus } from "./corpus.js";
import { seedsOf } from "./seeds.js";

export const targetNames: readonly string[] = Object.keys(seedsOf);

/** This module runs compiled, in `build/test/fuzz`. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
export const workFolder = join(repository, "build", "fuzz");
const packedFolder = join(repository, "test", "fuzz", "corpus");

/** Of a file of a corpus, as libFuzzer names it. */
const nameOf = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

export type FuzzTarget = { readonly fuzz: (data: Uint8Array) => void | Promise<void> };

export const loadTarget = (name: string): Promise<FuzzTarget> => import(`./targets/${name}.js`) as Promise<FuzzTarget>;

const findsFolder = join(workFolder, "finds");

/** What the fuzzer puts in front of the names of what it finds. */
export const findPrefix = (target: string): string => join(findsFolder, `${target}-`);

/** The folder with the target's inputs: seeds, the corpus, and what earlier runs of this machine left. */
export async function prepare(target: string): Promise<string> {
  const folder = join(workFolder, "corpus", target);
  for (const path of [folder, findsFolder]) mkdirSync(path, { recursive: true });
  const known = new Set(readdirSync(folder));
  for (const bytes of [...(await seedsOf[target]!()), ...readCorpus(packedFolder, target)]) {
    if (!known.has(nameOf(bytes))) writeFileSync(join(folder, nameOf(bytes)), bytes);
  }
  return folder;
}

export function countFinds(target: string): number {
  return readdirSync(findsFolder).filter((name) => name.startsWith(`${target}-`)).length;
}

/** An empty folder for what is kept. */
export function keptInputs(target: string): string {
  const folder = join(workFolder, "kept", target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Makes the corpus of what is in the folder of what is kept; returns what it is now. */
export function addInputs(target: string): string {
  const folder = join(workFolder, "kept", target);
  const inputs = readdirSync(folder).map((name) => new Uint8Array(readFileSync(join(folder, name))));
  const size = writeCorpus(packedFolder, target, inputs);
  return `${inputs.length} inputs, ${size} bytes`;
}
