/**
 * A process of its own that does many cases: `fuzz.js <kind> <folder> <seed> <first> <count>`. Before each case its number
 * goes to standard output, so that whoever watches knows which case hangs or ends the process; findings follow as JSON.
 */
import { imageRuns } from "../image-runs.js";
import { readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { find } from "../../../src/tree/index.js";
import { readImage } from "../../../src/iso9660-reader/index.js";
import { memorySource } from "../../../src/source/byte-source.js";
import { answerFileStructure } from "./answer-files.js";
import { cabinetStructure } from "./cabinets.js";
import type { FuzzResult, FuzzFinding } from "./child.js";
import { hiveStructure } from "./hive-structure.js";
import { isoStructure } from "./iso-structure.js";
import { mutated } from "./mutate.js";
import type { Random } from "./random.js";
import { randomFor } from "./random.js";
import type { Structure, StructureBuilder } from "./structure.js";
import type { Stick } from "./sticks.js";
import { makeStick, readerOf } from "./sticks.js";
import { Steps, tryAnswerFile, tryCabinet, tryHive, tryImage, tryManifest, tryStick, tryWimOnDisc } from "./targets.js";
import { tryWholeImage } from "./whole-image.js";
import { wimStructure } from "./wim-structure.js";

type Part = { readonly data: Uint8Array; readonly structure: Structure };
type Input = { readonly name: string; readonly parts: readonly Part[]; readonly stick?: Stick };

/** Cases of disc images that go through `verify`, `write --dry-run` and `inspect` as commands do, with their threads. */
const wholeEvery = 50;
const mostFindings = 5;

async function isoInput(data: Uint8Array): Promise<StructureBuilder> {
  const structure = isoStructure(data);
  const { tree } = await readImage(memorySource(data));
  const inner: readonly [string, (bytes: Uint8Array) => Structure][] = [
    ["sources/install.wim", wimStructure],
    ["sources/boot.wim", wimStructure],
    ["boot/bcd", hiveStructure],
  ];
  for (const [path, structureOf] of inner) {
    const node = find(tree, path);
    if (node?.kind !== "file") continue;
    const { offset, length } = imageRuns(node)[0]!;
    structure.include(structureOf(data.subarray(offset, offset + length)), offset);
  }
  for (const path of ["sources/ei.cfg", "sources/idwbinfo.txt", "sources/cversion.ini", "sources/lang.ini"]) {
    const node = find(tree, path);
    if (node?.kind === "file") structure.place("text", imageRuns(node)[0]!.offset, node.size);
  }
  return structure;
}

async function inputStructure(kind: string, data: Uint8Array): Promise<Structure> {
  if (kind === "hive") return hiveStructure(data);
  if (kind === "answer-file") return answerFileStructure(data);
  if (kind === "cabinet") return cabinetStructure(data);
  return kind === "iso" ? isoInput(data) : wimStructure(data);
}

async function loadInputs(kind: string, folder: string): Promise<Input[]> {
  if (kind === "stick" || kind === "manifest") {
    const sticks = await Promise.all([makeStick("fat32"), makeStick("ntfs")]);
    if (kind === "manifest") return sticks.map((stick) => ({ name: stick.name, parts: [stick.manifest], stick }));
    return sticks.map((stick) => ({
      name: stick.name,
      parts: [{ data: stick.compact, structure: stick.structure }],
      stick,
    }));
  }
  const inputs = new Map<string, Part[]>();
  for (const file of readdirSync(folder).toSorted()) {
    const name = /^(iso|wim|hive|answer-file|cabinet) (.*?)(\.\d)?$/.exec(file);
    if (name?.[1] !== kind) continue;
    const data = new Uint8Array(readFileSync(join(folder, file)));
    const structure = await inputStructure(kind, data);
    inputs.set(name[2]!, [...(inputs.get(name[2]!) ?? []), { data, structure }]);
  }
  return [...inputs].map(([name, parts]) => ({ name, parts }));
}

/** The hostile parts of a case: one of them changed, or all. */
function hostileParts({ parts }: Input, random: Random): Uint8Array[] {
  const only = random.below(parts.length + 1);
  return parts.map(({ data, structure }, index) =>
    only === index && parts.length > 1 ? data : mutated(data, structure, random),
  );
}

async function runCases(kind: string, folder: string, seed: number, first: number, count: number): Promise<FuzzResult> {
  const inputs = await loadInputs(kind, folder);
  const steps = new Steps();
  const findings: FuzzFinding[] = [];
  let slowest = { milliseconds: 0, index: first };
  for (let index = first; index < first + count && findings.length < mostFindings; index += 1) {
    writeSync(1, `case ${index}\n`);
    const random = randomFor(seed, index);
    const input = random.pick(inputs);
    const parts = hostileParts(input, random);
    const begun = performance.now();
    try {
      if (kind === "manifest") await tryManifest(steps, parts[0]!, input.stick!.manifest.offset);
      else if (input.stick !== undefined) await tryStick(steps, readerOf(input.stick, parts[0]!));
      else if (kind === "answer-file") await tryAnswerFile(steps, parts[0]!);
      else if (kind === "cabinet") await tryCabinet(steps, memorySource(parts[0]!));
      else if (kind === "hive") await tryHive(steps, memorySource(parts[0]!));
      else if (kind === "wim") await tryWimOnDisc(steps, parts);
      else if (index % wholeEvery === 0) await tryWholeImage(steps, parts[0]!, folder);
      else await tryImage(steps, memorySource(parts[0]!));
    } catch (error) {
      const saved = join(tmpdir(), `win7usb-hostile-${kind}-${seed}-${index}.bin`);
      writeFileSync(saved, Buffer.concat(parts));
      findings.push({ index, input: input.name, saved, error: describe(error) });
    }
    const milliseconds = performance.now() - begun;
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, index };
  }
  return { findings, slowest, outcomes: steps.outcomes, peakKiB: process.resourceUsage().maxRSS };
}

function describe(error: unknown): string {
  const lines: string[] = [];
  for (let at = error; at instanceof Error && lines.length < 4; at = at.cause)
    lines.push((at.stack ?? at.message).slice(0, 900));
  return lines.length === 0 ? String(error) : lines.join("\nbecause ");
}

const [kind = "", folder = "", seed = "", first = "", count = ""] = process.argv.slice(2);
const result = await runCases(kind, folder, Number(seed), Number(first), Number(count));
writeSync(1, `result ${JSON.stringify(result)}\n`);
