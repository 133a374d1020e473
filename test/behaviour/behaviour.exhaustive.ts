/**
 * What the built program does with a dozen discs, against recorded values: the SHA-256 of every image file, and the
 * output of `--json`. A change of structure must leave all of it as it is; a change of behaviour is recorded anew, with
 * `RECORD=1 npx vitest run --project exhaustive test/behaviour`, and read in the diff.
 */
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Disc } from "./discs.js";
import { discs } from "./discs.js";
import { everyCase } from "../support/sample.js";
import { runProgram } from "../support/program.js";
import { parseEvents, parseOutput, type Output } from "../support/json-output.js";

const recordedPath = join(import.meta.dirname, "recorded.json");
const recording = process.env["RECORD"] === "1";

/** Lists above this length are recorded as a hash. */
const longestList = 24;

/** A disc of the usual kind, and one of many names. */
const some = ["five-editions", "many-names"];
const chosen = everyCase || recording ? discs : discs.filter(({ name }) => some.includes(name));

type Outcome = { readonly exitCode: number | null; readonly output: unknown };
type Recorded = Record<string, Record<string, unknown>>;

const recorded: Recorded = recording ? {} : (JSON.parse(readFileSync(recordedPath, "utf8")) as Recorded);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-behaviour-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (recording) writeFileSync(recordedPath, `${JSON.stringify(recorded, null, 1)}\n`);
});

/** A long list as its hash: it is compared whole, and the recorded file stays readable. */
function shortened(list: readonly unknown[]): unknown {
  if (list.length <= longestList) return list;
  return { length: list.length, sha256: createHash("sha256").update(JSON.stringify(list)).digest("hex") };
}

/** Times and rates differ between two runs; hints are words that may get better. */
function withoutChance(value: unknown): unknown {
  if (Array.isArray(value)) return shortened(value.map(withoutChance));
  if (typeof value === "string") return value.replaceAll(folder, "FOLDER");
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !["hint", "durationMs", "elapsedMs", "pace"].includes(key));
  return Object.fromEntries(entries.map(([key, member]) => [key, withoutChance(member)]));
}

function win7usb(...argv: string[]): Outcome {
  const { exitCode, out } = runProgram([...argv, "--json"]);
  const [command] = argv;
  const output = parseOutput(command === "write" ? "write-plan" : (command as Output), out);
  return { exitCode, output: withoutChance(output) };
}

/** Of a write the events say how far it is: their number depends on the machine, the last one does not. */
function write(...argv: string[]): Outcome {
  const { exitCode, out } = runProgram(["write", ...argv, "--json"]);
  const last = argv.includes("--dry-run") ? parseOutput("write-plan", out) : parseEvents(out).at(-1);
  return { exitCode, output: withoutChance(last) };
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}

async function writeAndCheck(iso: string, name: string, options: readonly string[]): Promise<object> {
  const image = join(folder, name);
  const written = write(iso, image, ...options);
  if (written.exitCode !== 0) return { written };
  const sha256 = await digest(image);
  const checked = win7usb("check", image);
  const checkedAgainstImage = win7usb("check", image, "--iso", iso);
  rmSync(image);
  return { written, sha256, checked, checkedAgainstImage };
}

async function behaviourOf({ name, allow = [], writing, large, make }: Disc): Promise<Record<string, unknown>> {
  const iso = await make(folder, `${name}.iso`);
  const lifted = allow.flatMap((refusal) => ["--allow", refusal]);
  const written = [...lifted, ...(writing ?? [])];
  const image = join(folder, `${name}.img`);
  const behaviour: Record<string, unknown> = {
    inspect: win7usb("inspect", iso),
    verify: win7usb("verify", iso, ...lifted),
    refused: write(iso, image, "--dry-run"),
    "dry-run": win7usb("write", iso, image, "--dry-run", ...written),
    "dry-run fat32": win7usb("write", iso, image, "--dry-run", "-f", "fat32", ...written),
    fat32: await writeAndCheck(iso, `${name}-fat32.img`, ["-f", "fat32", ...written]),
  };
  if (large !== true) {
    if (writing !== undefined) behaviour["unasked"] = write(iso, image, ...lifted);
    behaviour["sha256"] = await digest(iso);
    behaviour["verify deep"] = win7usb("verify", iso, "--deep", "--md5", ...lifted);
    behaviour["ntfs"] = await writeAndCheck(iso, `${name}-ntfs.img`, ["-f", "ntfs", "--label", "A LABEL", ...written]);
    behaviour["unverified"] = await writeAndCheck(iso, `${name}-unverified.img`, ["--no-verify", ...written]);
    behaviour["sized"] = await writeAndCheck(iso, `${name}-sized.img`, ["--size", "300M", ...written]);
  }
  rmSync(iso);
  return behaviour;
}

describe("a disc gives the recorded sticks and answers", () => {
  it.each(chosen)("$name", async (disc) => {
    const behaviour = JSON.parse(JSON.stringify(await behaviourOf(disc))) as Record<string, unknown>;
    if (recording) recorded[disc.name] = behaviour;
    expect(behaviour).toEqual(recorded[disc.name]);
  });
});
