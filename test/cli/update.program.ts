/** `update`, as people and scripts run it: what it says, what it refuses and by which name, and what it leaves alone. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerFile, shapedKey, userData, wipingDisk } from "../../fixtures/windows7/answer-file.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { encodeUnfinishedMark } from "../../src/manifest/unfinished-mark.js";
import { resettable } from "../../src/steps/update/resettable.js";
import { main } from "../../src/cli/main.js";
import { resetNames } from "../../src/cli/table/update.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { fakeTerminal } from "../support/fake-terminal.js";

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-update-"));
  await writeDemoImage(folder, { payloadSize: 64 * KiB });
  await writeDemoImage(folder, { payloadSize: 60 * KiB }, "other.iso");
  mkdirSync(path("more"));
  writeFileSync(path("more/a.txt"), "added");
  writeFileSync(path("wiping.xml"), answerFile(userData(shapedKey) + wipingDisk));
  for (const [name, ...words] of [
    ["stick.img", "--size", "76M"],
    ["disk.vhdx", "--filesystem", "ntfs", "--size", "150M"],
  ] as const) {
    const { exitCode, err } = await runHere("write", path("win7.iso"), path(name), ...words);
    expect(exitCode, err).toBe(0);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

type Last = { event: string; code?: string; message?: string; hint?: string; others?: Last[] };

async function runHere(...words: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const terminal = fakeTerminal();
  const exitCode = await main(words, terminal);
  return { exitCode, out: terminal.shown.out, err: terminal.shown.err };
}

async function update(stick: string, ...options: string[]): Promise<{ exitCode: number; last: Last }> {
  const { exitCode, out } = await runHere("update", path(stick), ...options, "--json");
  return { exitCode, last: parseEvents<Last>(out).at(-1)! };
}

function copy(name: string, change?: { readonly offset: number; readonly bytes: Uint8Array }): string {
  copyFileSync(path("stick.img"), path(name));
  if (change !== undefined) writeSync(openSync(path(name), "r+"), change.bytes, 0, change.bytes.length, change.offset);
  return name;
}

it("takes back what can be asked for", () => {
  expect(resetNames).toEqual(resettable);
});

describe("an update", () => {
  it("is told in a dry run, which writes nothing", async () => {
    const before = readFileSync(path("stick.img"));
    const { exitCode, out } = await runHere("update", path("stick.img"), "--edition", "ultimate", "-n");
    const text = out.replaceAll(/\s+/g, " ");
    expect(exitCode).toBe(0);
    expect(text).toContain("label GSP1RMCPRFR, as it is signature");
    expect(text).toContain("edition Ultimate: sources/ei.cfg replaced. Setup takes a retail key for Ultimate. writes");
    expect(text).toContain("a new file, which takes the name of this one when it is whole");
    const { out: json } = await runHere("update", path("stick.img"), "--label", "B", "-n", "--json");
    const plan = parseOutput<{ stick: object; plan: object }>("update-plan", json);
    expect(plan).toMatchObject({
      from: "stick",
      bootsMeanwhile: true,
      writes: null,
      stick: { label: "GSP1RMCPRFR" },
      plan: { label: "B" },
    });
    expect(Buffer.compare(readFileSync(path("stick.img")), before)).toBe(0);
  });

  it("changes a file of a virtual machine, which stays one, and leaves nothing beside it", async () => {
    const { exitCode, last } = await update("disk.vhdx", "--label", "BENCH", "--boot-prompt");
    expect([exitCode, last]).toMatchObject([
      0,
      { event: "done", targets: [{ path: path("disk.vhdx"), verified: true }] },
    ]);
    expect(readFileSync(path("disk.vhdx")).subarray(0, 8).toString()).toBe("vhdxfile");
    expect((await runHere("check", path("disk.vhdx"), "--iso", path("win7.iso"))).exitCode).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes("disk.vhdx"))).toEqual(["disk.vhdx"]);
  });

  it.each([
    [["--add", "more"], " --add more --iso <iso>"],
    [["--drivers", "my drivers", "--label", "A B"], " --label 'A B' --drivers 'my drivers' --iso <iso>"],
  ])("with %j needs the ISO, and says the next command", async (options, next) => {
    const { exitCode, last } = await update("stick.img", ...options);
    expect([exitCode, last.code]).toEqual([2, "image-needed"]);
    expect(last.hint).toContain(`win7usb update ${path("stick.img")}${next}`);
  });

  it("with folders needs those again where the ISO is laid out, or takes them back", async () => {
    const stick = copy("with.img");
    expect((await update(stick, "--add", path("more"), "--iso", path("win7.iso"))).exitCode).toBe(0);
    const { exitCode, last } = await update(stick, "--label", "X", "--iso", path("win7.iso"));
    expect([exitCode, last.code]).toEqual([2, "usage"]);
    expect(last.hint).toContain(`win7usb update ${path(stick)} --label X --add <folder> --iso ${path("win7.iso")}`);
    expect(last.hint).toContain("--reset add");
    expect((await update(stick, "--reset", "add")).last.hint).toContain(
      `win7usb update ${path(stick)} --reset add --iso <iso>`,
    );
  });

  it.each([
    [[], 2, "usage", "--label <text>"],
    [["--label", "A", "--reset", "label"], 2, "usage", "Leave --label out"],
    [["--edition", "Enterprise"], 4, "edition-missing", "Take one of those"],
    [["--answer-file", "wiping.xml"], 4, "unattended-wipe", "--allow unattended-wipe"],
    [["--answer-file", "none.xml"], 3, "input-missing", ""],
    [["--signature", "0"], 2, "usage", "--signature"],
    [["--label", "A", "--iso", "other.iso"], 4, "other-image", "other.iso"],
    [["--label", "A", "--iso", "none.iso"], 3, "image-missing", ""],
  ])("with %j is refused: %i, %s", async (options, code, name, hint) => {
    const files = options.map((word) => (/\.(?:iso|xml)$/.test(word) ? path(word) : word));
    const { exitCode, last } = await update("stick.img", ...files);
    expect([exitCode, last.code]).toEqual([code, name]);
    expect(last.hint ?? "").toContain(hint);
  });
});

describe("nothing is made of", () => {
  const refused = async (stick: string, code: string, ...options: string[]): Promise<Last> => {
    const before = readFileSync(path(stick));
    const { exitCode, last } = await update(stick, "--label", "A", ...options);
    expect([exitCode, last.code]).toEqual([3, code]);
    expect(Buffer.compare(readFileSync(path(stick)), before)).toBe(0);
    return last;
  };

  it("a stick with a damaged file, which is named", async () => {
    const bytes = readFileSync(path("stick.img"));
    const at = bytes.indexOf("MSWIM\0\0\0", MiB) + 100_000;
    const last = await refused(copy("damaged.img", { offset: at, bytes: Buffer.of(bytes[at]! ^ 1) }), "stick-damaged");
    expect(last.message).toMatch(/sources\/.*\.wim/);
    expect(last.hint).toContain(`win7usb write <iso> ${path("damaged.img")}`);
  });

  it("a used, an unfinished and a foreign one, with the ISO and without", async () => {
    const fat = readFileSync(path("stick.img")).readUInt16LE(MiB + 14) * 512 + MiB;
    copy("used.img", { offset: fat + 4000, bytes: Buffer.of(1, 2, 3, 4) });
    copy("unfinished.img", { offset: 0, bytes: encodeUnfinishedMark() });
    for (const iso of [[], ["--iso", path("win7.iso")]]) {
      await refused("used.img", "stick-damaged", ...iso);
      await refused("unfinished.img", "stick-unfinished", ...iso);
      await refused("win7.iso", "stick-foreign", ...iso);
    }
  });
});
