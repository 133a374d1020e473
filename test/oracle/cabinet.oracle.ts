/** Cabinets that gcab makes are read as cabextract and 7z read them, and so are those of the fixtures, with LZX, which gcab has not. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CabinetFolderOf } from "../../fixtures/cabinet/cabinet.js";
import { cabinetFile } from "../../fixtures/cabinet/cabinet.js";
import { filler } from "../../fixtures/windows7/nodes.js";
import { checkBlocks, openCabinet, readCabinetFile } from "../../src/cabinet/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { judge } from "../support/judges.js";
import type { LzxBlock } from "../support/lzx-encoder.js";
import { lzxFolder } from "../support/lzx-cabinet.js";

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "win7usb-cabinets-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Code with CALLs, text, noise, and what ends on a frame. */
const contents: Readonly<Record<string, Uint8Array>> = {
  "update.mum": filler(1500, 1).map((byte) => 97 + (byte % 5)),
  "code.dll": filler(90_000, 2).map((byte, at) => (at % 31 === 0 ? 0xe8 : byte % 4)),
  "noise.bin": filler(40_001, 3),
  "zeros.bin": new Uint8Array(70_000),
  "last.txt": filler(10, 4),
  empty: new Uint8Array(),
};
const files = Object.entries(contents).map(([name, content]) => ({ name, content }));
const total = files.reduce((sum, { content }) => sum + content.length, 0);
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const expected = new Map(files.map(({ name, content }) => [name, latin1(content)]));

async function ours(bytes: Uint8Array): Promise<Map<string, string>> {
  const cabinet = await openCabinet(memorySource(bytes));
  await checkBlocks(cabinet);
  const read = new Map<string, string>();
  for (const file of cabinet.files) read.set(file.name, latin1(await readCabinetFile(cabinet, file, total)));
  return read;
}

/** What a tool unpacks into a folder of its own. */
function theirs(name: string, ...command: readonly string[]): Map<string, string> {
  const into = join(folder, `${name}-${command[0]}`);
  mkdirSync(into);
  execFileSync(command[0]!, [...command.slice(1), join(folder, name)], { cwd: into, stdio: "pipe" });
  return new Map(readdirSync(into).map((each) => [each, latin1(readFileSync(join(into, each)))]));
}

const tools = [
  { command: ["cabextract", "-q"], package: "cabextract" },
  { command: ["7z", "x", "-y"], package: "7z" },
].filter((tool) => judge(tool.package));

const kinds: readonly LzxBlock["kind"][] = ["verbatim", "aligned", "uncompressed"];
const made: readonly (readonly [string, CabinetFolderOf])[] = [
  ["none", { compression: "none", files }],
  ["mszip", { compression: "mszip", files }],
  ...kinds.flatMap((kind) =>
    [15, 18, 21].map((windowOrder): [string, CabinetFolderOf] => [
      `lzx-${kind}-${windowOrder}`,
      lzxFolder(files, { windowOrder, blocks: [[kind, kind === "uncompressed" ? 45_000 : 60_000]] }),
    ]),
  ),
  ["lzx-mixed", lzxFolder(files, { windowOrder: 16, blocks: kinds.map((kind, at) => [kind, 5001 + at * 20_000]) })],
  [
    "lzx-odd",
    lzxFolder(files, {
      windowOrder: 17,
      blocks: [
        ["uncompressed", 32_767],
        ["uncompressed", 1],
        ["verbatim", 9],
      ],
    }),
  ],
  ["lzx-calls", lzxFolder(files, { windowOrder: 19, fileSize: total, blocks: [["verbatim", 50_000]] })],
  ["lzx-calls-small", lzxFolder(files, { windowOrder: 15, fileSize: 20_000, blocks: [["aligned", 50_000]] })],
];

describe.skipIf(tools.length === 0)("cabinets of our own making", () => {
  it.each(made)("%s", async (name, of) => {
    const bytes = cabinetFile([of]);
    writeFileSync(join(folder, name), bytes);
    expect(await ours(bytes)).toEqual(expected);
    for (const { command } of tools) expect(theirs(name, ...command), command[0]).toEqual(expected);
  });

  it("several folders with reserved bytes", async () => {
    const renamed = made
      .slice(0, 3)
      .map(([name, of]) => ({ ...of, files: of.files.map((file) => ({ ...file, name: `${name}.${file.name}` })) }));
    const bytes = cabinetFile(renamed, { reserve: { header: 20, data: 4 }, behind: filler(500, 9) });
    writeFileSync(join(folder, "several"), bytes);
    const read = await ours(bytes);
    expect(read.size).toBe(3 * files.length);
    for (const { command } of tools) expect(theirs("several", ...command), command[0]).toEqual(read);
  });
});

describe.skipIf(!judge("gcab"))("cabinets of gcab", () => {
  it.each([
    ["stored", []],
    ["mszip", ["-z"]],
  ] as const)("%s", async (name, options) => {
    const input = join(folder, `${name}-input`);
    mkdirSync(input);
    for (const file of files) writeFileSync(join(input, file.name), file.content);
    const path = join(folder, `${name}.cab`);
    execFileSync("gcab", ["-c", "-n", ...options, path, ...files.map((file) => file.name)], {
      cwd: input,
      stdio: "pipe",
    });
    expect(await ours(readFileSync(path))).toEqual(expected);
    const listed = execFileSync("gcab", ["-t", path], { encoding: "utf8" });
    expect(
      listed
        .trim()
        .split("\n")
        .map((line) => line.split(/\s/)[0]),
    ).toEqual([...expected.keys()]);
  });
});
