/** WIMs with names that only Windows cannot have, as wimlib captures them from Linux, through the built program. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directory, file } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { writeDisc } from "../support/disc.js";
import { parseOutput } from "../support/json-output.js";
import { runProgram } from "../support/program.js";
import { imageOf } from "../support/windows-images.js";

type Verification = { verdict: string; checks: { id: string; status: string; file?: string; message: string }[] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-wim-names-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const install = "sources/install.wim";
const imageWith = (...names: string[]) => ({
  ...imageOf({}),
  tree: directory("", [
    directory(
      "Windows",
      [...names, "win.ini"].map((name) => file(name, `content of ${name}`)),
    ),
  ]),
});

async function verifyWim(wim: Uint8Array) {
  const { exitCode, out } = runProgram(["verify", await writeDisc(folder, { "install.wim": wim }), "--deep", "--json"]);
  const { verdict, checks } = parseOutput<Verification>("verify", out);
  const open = checks.filter(({ status, file: path }) => path === install && (status === "warn" || status === "fail"));
  return { exitCode, verdict, told: open.map(({ id, status, message }) => ({ id, status, message })) };
}

describe("a name with a backslash", () => {
  it("in all images is one warning that names it, and no damage", async () => {
    const wim = await writeWim([imageWith("a\\b.txt"), imageWith("a\\b.txt")]);
    const message = `${install}: "Windows/a\\\\b.txt" in images 1, 2 has a character that no name of Windows has: Windows cannot apply it`;
    expect(await verifyWim(wim)).toEqual({
      exitCode: 0,
      verdict: "intact",
      told: [{ id: "wim-metadata", status: "warn", message }],
    });
  });

  it("beside others like it is named with their number", async () => {
    const { exitCode, told } = await verifyWim(await writeWim([imageWith("a\\b", "c:d", "e?"), imageWith("x|y")]));
    expect(exitCode).toBe(0);
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toMatch(
      /"Windows\/a\\\\b" in image 1 .* \(and 3 more names like it\): Windows cannot apply/,
    );
  });

  it("does not hide what is damaged", async () => {
    const wim = Buffer.from(await writeWim([imageWith("a\\b.txt")]));
    wim[wim.indexOf("content of a\\b.txt")]! ^= 1;
    const { exitCode, verdict, told } = await verifyWim(wim);
    expect([exitCode, verdict]).toEqual([3, "damaged"]);
    expect(told.map(({ id, status }) => `${id} ${status}`)).toEqual(["wim-blobs fail", "wim-metadata warn"]);
  });
});

it("a name with a slash is damage: no path could lead to it", async () => {
  const wim = await writeWim([imageWith("a/b.txt")]);
  const { exitCode, told } = await verifyWim(wim);
  expect(exitCode).toBe(3);
  expect(told.find(({ id }) => id === "wim-metadata")?.message).toContain('"Windows/a/b.txt"');
});
