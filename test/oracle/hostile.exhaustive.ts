/**
 * Hostile disc images, WIMs, hives, answer files and cabinets: sound ones of every kind are changed where it hurts (see test/support/hostile/mutate.ts),
 * and given to everything that reads them. Each case ends in a result or a typed error, within its time, and the process
 * stays within its memory. FUZZ_CASES is the number of cases of each kind from FUZZ_FIRST on, FUZZ_SEED the run's
 * seed, FUZZ_CASE a single case to run again.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FuzzResult, Programs } from "../support/hostile/child.js";
import { compilePrograms } from "../support/hostile/child.js";
import { answerFileInputs } from "../support/hostile/answer-files.js";
import { cabinetInputs } from "../support/hostile/cabinets.js";
import { hiveInputs } from "../support/hostile/hive-inputs.js";
import { isoInputs, wimInputs } from "../support/hostile/inputs.js";
import { rounds } from "../support/sample.js";

const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);
const seed = number("FUZZ_SEED", 20_091_022);
const cases = number("FUZZ_CASES", rounds(10_000, 600));
const only = process.env["FUZZ_CASE"];
/** Of each kind's cases; a long run goes in parts. */
const first = number("FUZZ_FIRST", 0);
/** A stick takes ten times as long as an image, and a cabinet is read as two kinds of updates. */
const kinds = {
  wim: cases,
  iso: cases,
  manifest: cases,
  stick: Math.ceil(cases / 10),
  hive: cases,
  "answer-file": cases,
  cabinet: Math.ceil(cases / 5),
};
/** What a part of the cases must get to: a fuzzer that never gets past the first gate finds nothing. */
const passed = {
  wim: "verifyWim: done",
  iso: "plan ntfs: done",
  manifest: "manifest manifest: done",
  stick: "check fat32: done",
  hive: "edit hive: done",
  "answer-file": "answer file: done",
  cabinet: "checkBlocks: done",
};

/** Milliseconds for one case: sound work takes some ten, and the machine may be busy. */
const caseLimit = 20_000;
/** Resident memory of a process, Node's own 50 MiB included. */
const memoryLimit = 400 * 1024;

let programs: Programs;
beforeAll(async () => {
  programs = compilePrograms("fuzz", caseLimit);
  const put = (kind: string, inputs: ReadonlyMap<string, Uint8Array>): void => {
    for (const [name, data] of inputs) writeFileSync(join(programs.folder, `${kind} ${name}`), data);
  };
  put("wim", await wimInputs());
  put("iso", await isoInputs());
  put("hive", hiveInputs());
  put("answer-file", answerFileInputs());
  put("cabinet", cabinetInputs());
});
afterAll(() => programs.remove());

describe.concurrent("whatever the bytes are, there are typed errors only, no hang, and bounded memory", () => {
  it.each(["wim", "iso", "manifest", "stick", "hive", "answer-file", "cabinet"] as const)(
    "%s",
    { timeout: 600_000 + cases * 200 },
    async (kind) => {
      const range = only === undefined ? [String(first), String(kinds[kind])] : [only, "1"];
      const result = (await programs.run(kind, programs.folder, String(seed), ...range)) as FuzzResult;
      const again = (index: number): string => `FUZZ_SEED=${seed} FUZZ_CASE=${index}`;
      const found = result.findings.map(
        ({ index, input, saved, error }) => `${again(index)} (${input}, ${saved}) ${error}`,
      );
      expect(found.join("\n\n")).toBe("");
      expect(result.peakKiB).toBeLessThan(memoryLimit);
      if (process.env["FUZZ_SHOW"] !== undefined) console.log(result);
      if (only !== undefined) return;
      expect((result.outcomes[passed[kind]] ?? 0) / kinds[kind]).toBeGreaterThan(0.1);
    },
  );
});
