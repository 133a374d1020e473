/** Sticks changed in place: with the image and without it they are what a write with the same options makes, to the byte. */
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerFile, shapedKey, userData } from "../../fixtures/windows7/answer-file.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { check } from "../../src/steps/check-target.js";
import { update, type UpdateOptions } from "../../src/steps/update-stick.js";
import { write, type WriteOptions } from "../../src/steps/write-image.js";
import { writeDemoImage } from "../support/demo-image.js";
import { sample } from "../support/sample.js";

type Options = Omit<WriteOptions, "targets">;
type Case = readonly [name: string, made: Options, asked: UpdateOptions, becomes: Options];

let folder: string;
let iso: string;
const path = (name: string): string => join(folder, name);
const xml = (owner: string): Uint8Array =>
  Buffer.from(answerFile(userData(shapedKey)).replace("</unattend", `<!-- ${owner} --></unattend`));
/** There is room for the largest of them, and enough behind it for the rest not to be written. */
const size = 76 * MiB;
/** Bytes that hold all of the files, and the manifest behind the partition. */
const ends = { first: 10 * MiB, last: 3 * MiB };

function endsOf(file: string): Buffer {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(ends.first + ends.last);
    readSync(handle, bytes, 0, ends.first, 0);
    readSync(handle, bytes, ends.first, ends.last, size - ends.last);
    return bytes;
  } finally {
    closeSync(handle);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-update-"));
  iso = await writeDemoImage(folder, { payloadSize: 64 * KiB });
  mkdirSync(path("more/tools"), { recursive: true });
  writeFileSync(path("more/tools/a.txt"), "a file that is added");
});
afterAll(() => rmSync(folder, { recursive: true }));

const made = new Map<string, Promise<string>>();
/** The path of what a write makes; each once. */
function stickOf(options: Options): Promise<string> {
  const key = JSON.stringify(options);
  const known = made.get(key);
  if (known !== undefined) return known;
  const target = path(`made-${made.size}.img`);
  const making = write(iso, { size, ...options, targets: [target] }).then(() => target);
  made.set(key, making);
  return making;
}

let copies = 0;
async function copyOf(options: Options): Promise<string> {
  copies += 1;
  const copy = path(`copy-${copies}.img`);
  copyFileSync(await stickOf(options), copy);
  return copy;
}

const [one, other] = [xml("one"), xml("other")];
const alone: readonly Case[] = [
  ["a label", {}, { label: "BENCH-3" }, { label: "BENCH-3" }],
  ["the image's label", { label: "BENCH-3" }, { reset: ["label"] }, {}],
  ["a signature", {}, { signature: "1a2b3c4d" }, { signature: "1a2b3c4d" }],
  [
    "another label, the signature stays",
    { signature: "1a2b3c4d" },
    { label: "X" },
    { signature: "1a2b3c4d", label: "X" },
  ],
  ["the image's signature", { signature: "1a2b3c4d" }, { reset: ["signature"] }, {}],
  ["a question at the start", {}, { bootPrompt: true }, { bootPrompt: true }],
  ["no question", { bootPrompt: true }, { reset: ["boot-prompt"] }, {}],
  ["an edition", {}, { edition: "ultimate" }, { edition: "Ultimate" }],
  ["another edition", { edition: "Ultimate" }, { edition: "Starter" }, { edition: "Starter" }],
  [
    "the edition that it has",
    { edition: "Ultimate" },
    { edition: "Ultimate", label: "Y" },
    { edition: "Ultimate", label: "Y" },
  ],
  ["a menu of editions", {}, { edition: "menu" }, { edition: "menu" }],
  ["an answer file", {}, { answerFile: one }, { answerFile: one }],
  ["another answer file", { answerFile: one }, { answerFile: other }, { answerFile: other }],
  ["none", { answerFile: one }, { reset: ["answer-file"] }, {}],
  [
    "an edition, the answer file stays",
    { answerFile: one },
    { edition: "Ultimate" },
    { answerFile: one, edition: "Ultimate" },
  ],
  [
    "an answer file, the edition stays",
    { edition: "Ultimate" },
    { answerFile: one },
    { answerFile: one, edition: "Ultimate" },
  ],
  [
    "all at once",
    {},
    { label: "ALL", signature: "7", bootPrompt: true, edition: "HomeBasic", answerFile: one },
    { label: "ALL", signature: "7", bootPrompt: true, edition: "HomeBasic", answerFile: one },
  ],
];

const more = () => [{ folder: path("more") }];
const withTheImage: readonly Case[] = [
  ["the image's edition", { edition: "Ultimate", label: "Z" }, { reset: ["edition"] }, { label: "Z" }],
  ["an edition after a menu", { edition: "menu" }, { edition: "Starter" }, { edition: "Starter" }],
  ["a label, the answer file stays", { answerFile: one }, { label: "X" }, { answerFile: one, label: "X" }],
];

describe.each(["fat32", "ntfs"] as const)("a stick with %s", (fileSystem) => {
  const same = async (changed: string, becomes: Options): Promise<void> => {
    const expected = await stickOf({ fileSystem, ...becomes });
    expect(Buffer.compare(endsOf(changed), endsOf(expected))).toBe(0);
  };

  it.each(sample(alone, 4))("from itself: %s", async (_name, before, asked, becomes) => {
    const stick = await copyOf({ fileSystem, ...before });
    const { done } = await update(stick, asked);
    expect(done).toMatchObject([{ path: stick, verified: true }]);
    await same(stick, becomes);
    expect((await check(stick)).verdict).toBe("match");
  });

  it.each(sample([...alone, ...withTheImage], 2))("with the image: %s", async (_name, before, asked, becomes) => {
    const stick = await copyOf({ fileSystem, ...before });
    await update(stick, { ...asked, image: iso });
    await same(stick, becomes);
  });

  it("with the image: folders are added, given again and taken back", async () => {
    const stick = await copyOf({ fileSystem });
    await update(stick, { add: more(), label: "MORE", image: iso });
    await same(stick, { add: more(), label: "MORE" });
    // What is there stays without them.
    await update(stick, { label: "LESS", bootPrompt: true });
    await same(stick, { add: more(), label: "LESS", bootPrompt: true });
    await expect(update(stick, { label: "X", image: iso })).rejects.toMatchObject({
      code: "usage",
      data: { lacking: ["add"] },
    });
    await update(stick, { reset: ["add", "label", "boot-prompt"], image: iso });
    await same(stick, {});
  });
});
