/** What fuzzing found and kept, again: every reader of hostile bytes ends in a result, or in an error that it foresees. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCorpus } from "./corpus.js";

const folder = join(import.meta.dirname, "corpus");
const targets = readdirSync(join(import.meta.dirname, "targets")).map((name) => name.replace(/\.ts$/, ""));

it("is what the nightly workflow fuzzes", () => {
  const workflow = readFileSync(join(import.meta.dirname, "../../.github/workflows/nightly.yml"), "utf8");
  const [, list = ""] = /target:\n((?: +- \S+\n)+)/.exec(workflow.replaceAll("\r\n", "\n")) ?? [];
  expect(list.match(/[\w-]+$/gm)?.toSorted()).toEqual(targets.toSorted());
});

describe.each(targets)("%s", (target) => {
  it("takes every input of its corpus", async () => {
    const { fuzz } = (await import(`./targets/${target}.ts`)) as { fuzz: (data: Uint8Array) => unknown };
    const inputs = readCorpus(folder, target);
    expect(inputs.length).toBeGreaterThan(10);
    for (const [index, input] of inputs.entries()) {
      const outcome = Promise.resolve(input).then(fuzz);
      await expect(outcome, `input ${index} of ${inputs.length}`).resolves.toBeUndefined();
    }
  });
});
