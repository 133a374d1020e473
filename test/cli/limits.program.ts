/** What is larger than win7usb looks at is told as that, and never as damage. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { wimHeaderRecord } from "../../src/wim/header.js";
import type { TreeNode } from "../../src/tree/index.js";
import { writeDisc, type SourceFiles } from "../support/disc.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { imageOf } from "../support/windows-images.js";

type Verified = {
  verdict: string;
  checks: { id: string; status: string; message: string; code?: string }[];
  unmet: { requirement: string }[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-limits-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function verified(files: SourceFiles, ...options: string[]) {
  const { exitCode, out } = runProgram(["verify", await writeDisc(folder, files), "--json", ...options]);
  const { verdict, checks, unmet } = parseOutput<Verified>("verify", out);
  const failed = checks.filter(({ status }) => status === "fail").map(({ id }) => id);
  const limits = checks.filter(({ message }) => message.includes("a limit of win7usb, not damage"));
  return { exitCode, verdict, failed, limits, unmet: unmet.map(({ requirement }) => requirement) };
}

/** A tree whose lowest file has a path of more than Windows' 32,767 characters. */
function deepTree(): TreeNode[] {
  let nodes: TreeNode[] = [file("lowest.txt", "x")];
  for (let level = 0; level < 130; level += 1) nodes = [directory("d".repeat(255), nodes)];
  return nodes;
}

describe("an install.wim whose paths are longer than are followed", () => {
  const wim = () => writeWim([{ ...imageOf({}), tree: directory("", deepTree()) }]);

  it("is sound as far as it is looked at", async () => {
    const { exitCode, verdict, failed } = await verified({ "install.wim": await wim() });
    expect([exitCode, verdict, failed]).toEqual([0, "intact", []]);
  });

  it("cannot be verified in depth, which is no damage", async () => {
    const { exitCode, verdict, failed, limits, unmet } = await verified({ "install.wim": await wim() }, "--deep");
    expect([exitCode, verdict, failed, unmet]).toEqual([4, "unsuitable", [], ["deep"]]);
    expect(limits.map(({ id, status, code }) => [id, status, code])).toEqual([
      ["wim-metadata", "warn", "wim-unsupported"],
    ]);
  });
});

it("a set of more parts than are looked at is not called damaged, by --deep neither", async () => {
  const parts = 101;
  const files: Record<string, Uint8Array> = {};
  for (let part = 1; part <= parts; part += 1) {
    const wim = await writeWim([imageOf({})]);
    wimHeaderRecord.patch(wim, 0, { partNumber: part, totalParts: parts });
    files[`install${part === 1 ? "" : part}.swm`] = wim;
  }
  for (const options of [[], ["--deep"]]) {
    const { failed, limits } = await verified({ ...files, "install.wim": null }, ...options);
    expect(failed).toEqual([]);
    expect(limits.map(({ id, status }) => [id, status])).toEqual([["wim", "warn"]]);
  }
});

it("an ei.cfg of absurd size is read as far as it is read", async () => {
  const config = "[EditionID]\r\nUltimate\r\n[Channel]\r\nRetail\r\n".padEnd(100_000, ";");
  expect(await verified({ "ei.cfg": config })).toMatchObject({ exitCode: 0, verdict: "intact", failed: [] });
});
