/** `win7usb read` on discs whose sectors cannot be read: a file in FUSE that fails there. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { find, type FileNode } from "../../src/tree/index.js";
import { writeDemoImage } from "../support/demo-image.js";
import { canFail, openFaultyFile, type FaultyFile } from "../support/faulty-file.js";
import { judge } from "../support/judges.js";
import { parseReadEvents } from "../support/json-output.js";
import { main } from "../../src/cli/main.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { programCommand, runProgram, type ProgramRun } from "../support/program.js";
import { everyCase, randomFrom } from "../support/sample.js";

const sector = 2048;
/** What drives leave behind a volume, and what their capacity counts. */
const runOut = 150 * sector;

let folder: string;
let source: Buffer;
let disc: FaultyFile;
let sources: { readonly install: number; readonly boot: number };

const canRun = canFail();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-read-"));
  source = readFileSync(
    await writeDemoImage(folder, { payloadSize: 1_500_000, editions: ["HomeBasic", "Professional"] }),
  );
  const { tree } = await readImage(memorySource(source));
  const startOf = (path: string): number => {
    const content = (find(tree, path) as FileNode).content[0]!.source;
    return content.kind === "range" ? content.offset / sector : Number.NaN;
  };
  sources = { install: startOf("sources/install.wim"), boot: startOf("sources/boot.wim") };
  if (canRun) disc = await openFaultyFile(Buffer.concat([source, Buffer.alloc(runOut, 0xee)]), folder);
});
afterAll(async () => {
  await disc?.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => disc?.scratch([]));

const at = (name: string): string => join(folder, name);

/** In this process, which spares a start. */
async function readFrom(drive: string, name: string, ...words: string[]): Promise<ProgramRun> {
  const terminal = fakeTerminal();
  const exitCode = await main(["read", drive, at(name), ...words], terminal);
  return { exitCode, ...terminal.shown };
}
const read = (name: string, ...words: string[]): Promise<ProgramRun> => readFrom(disc.path, name, ...words);
const lastOf = ({ out }: ProgramRun): Record<string, unknown> => parseReadEvents(out).at(-1)!;

/** The image is the source, save for these sectors, which are zeros. */
function requireCopy(name: string, missing: readonly number[]): void {
  const expected = Buffer.from(source);
  for (const each of missing) expected.fill(0, each * sector, (each + 1) * sector);
  const copied = readFileSync(at(name));
  expect(copied.length).toBe(source.length);
  expect(Buffer.compare(copied, expected)).toBe(0);
}

describe.skipIf(!canRun)("win7usb read", () => {
  it("makes an ISO that is as long as the volume, and says what verify says", async () => {
    const run = await read("whole.iso", "--json");
    expect(run.exitCode).toBe(0);
    requireCopy("whole.iso", []);
    const done = lastOf(run);
    const verified = JSON.parse(runProgram(["verify", at("whole.iso"), "--json"]).out) as Record<string, unknown>;
    expect(done).toMatchObject({ verdict: "intact", unread: null, failedReads: 0, size: source.length });
    expect({ ...(done["verification"] as object), advice: null }).toEqual({ ...verified, advice: null });
    expect(parseReadEvents(run.out).some(({ phase }) => phase === "hash")).toBe(false);
    const again = await read("whole.iso");
    expect([again.exitCode, again.err]).toEqual([0, expect.stringContaining("already")]);
  });

  it("names the files and images of what cannot be read, keeps the rest, and goes on when it can be", async () => {
    const missing = [sources.install + 300, sources.install + 301];
    disc.scratch(missing);
    const run = await read("gaps.iso", "--json", "--retries", "1");
    expect(run.exitCode).toBe(3);
    requireCopy("gaps.iso", missing);
    const { verdict, unread, verification } = lastOf(run) as {
      verdict: string;
      unread: Record<string, unknown>;
      verification: null;
    };
    expect([verdict, verification]).toEqual(["incomplete", null]);
    expect(unread).toMatchObject({
      bytes: 2 * sector,
      otherBytes: 0,
      runs: [{ offset: missing[0]! * sector, length: 2 * sector }],
    });
    const [file] = unread["files"] as {
      path: string;
      unreadBytes: number;
      wim: { touched: object[]; whole: object[] };
    }[];
    expect(file).toMatchObject({ path: "sources/install.wim", unreadBytes: 2 * sector });
    expect(file!.wim.touched.length).toBe(1);
    expect(file!.wim.whole.length).toBe(1);
    const text = await read("gaps.iso", "--retries", "0");
    expect(text.exitCode).toBe(3);
    expect(text.out).toMatch(
      /^Incomplete: 4\.00 KiB of .*\n {2}x sources\/install\.wim: 4 of [\d,]+ KiB, image \d only \(\w+\): \w+\s+is whole\n/,
    );
    disc.scratch([]);
    expect((await read("gaps.iso")).exitCode).toBe(0);
    requireCopy("gaps.iso", []);
  });

  it("reads what can be read of a disc with many scratches, which ddrescue takes up, and the other way round", async () => {
    if (!judge("ddrescue") || !judge("ddrescuelog")) return;
    const random = randomFrom(5);
    const sectors = source.length / sector;
    const missing = [...new Set(Array.from({ length: 50 }, () => 300 + Math.floor(random() * (sectors - 300))))];
    missing.sort((a, b) => a - b);
    disc.scratch(missing);
    expect((await read("many.iso", "--retries", "0", "--json")).exitCode).toBe(3);
    requireCopy("many.iso", missing);
    const listed = execFileSync("ddrescuelog", ["-b", String(sector), "-l", "-", at("many.iso.map")], {
      encoding: "utf8",
    });
    expect(listed.trim().split("\n").map(Number)).toEqual(missing);
    copyFileSync(at("many.iso"), at("theirs.iso"));
    copyFileSync(at("many.iso.map"), at("theirs.iso.map"));
    disc.scratch(missing.slice(0, 20));
    const rescue = (name: string, ...more: string[]): void => {
      const words = ["-q", "-b", String(sector), "-s", String(source.length), ...more];
      execFileSync("ddrescue", [...words, disc.path, at(name), at(`${name}.map`)]);
    };
    rescue("theirs.iso", "-d", "-r1");
    requireCopy("theirs.iso", missing.slice(0, 20));
    disc.scratch([]);
    expect((await read("theirs.iso", "--retries", "1")).exitCode).toBe(0);
    requireCopy("theirs.iso", []);
    execFileSync("ddrescuelog", ["-D", at("theirs.iso.map")]);
    // Begun by ddrescue, which ended in the middle.
    disc.scratch(missing);
    execFileSync("ddrescue", [
      "-q",
      "-d",
      "-n",
      "-b",
      String(sector),
      "-s",
      String(source.length / 2),
      disc.path,
      at("half.iso"),
      at("half.iso.map"),
    ]);
    expect((await read("half.iso", "--json", "--retries", "0")).exitCode).toBe(3);
    requireCopy("half.iso", missing);
  });

  it("that is killed at any moment goes on to the same image", async () => {
    const missing = [sources.boot + 7, sources.install + 9, sources.install + 400];
    disc.scratch(missing);
    const random = randomFrom(11);
    const [node, script] = programCommand;
    for (let kill = 0; kill < (everyCase ? 10 : 2); kill += 1) {
      disc.arm(undefined, 4);
      const child = spawn(node, [script, "read", disc.path, at("killed.iso"), "--json"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      await delay(random() * 400);
      child.kill(kill % 2 === 0 ? "SIGKILL" : "SIGINT");
      const [code] = (await ended) as [number | null];
      if (kill % 2 === 1) expect([130, 3]).toContain(code);
    }
    disc.arm();
    expect((await read("killed.iso", "--json")).exitCode).toBe(3);
    requireCopy("killed.iso", missing);
  });

  it("fills gaps from a second copy of the disc, and from no other disc", async () => {
    disc.scratch([sources.install + 5, sources.install + 600]);
    expect((await read("filled.iso", "--retries", "0")).exitCode).toBe(3);
    disc.scratch([sources.install + 6, sources.install + 600]);
    const first = await read("filled.iso", "--fill", "--retries", "0", "--json");
    expect([first.exitCode, lastOf(first)["unread"]]).toEqual([3, expect.objectContaining({ bytes: sector })]);
    requireCopy("filled.iso", [sources.install + 600]);
    const other = await writeDemoImage(
      folder,
      { payloadSize: 1_400_000, editions: ["HomeBasic", "Professional"] },
      "other.iso",
    );
    const refused = await readFrom(other, "filled.iso", "--fill", "--json");
    expect([refused.exitCode, lastOf(refused)]).toEqual([
      5,
      expect.objectContaining({ event: "error", code: "other-disc" }),
    ]);
    requireCopy("filled.iso", [sources.install + 600]);
    disc.scratch([]);
    expect((await read("filled.iso", "--fill")).exitCode).toBe(0);
    requireCopy("filled.iso", []);
  });

  it("refuses by name what it would spoil, and what is no disc for it", async () => {
    const code = (run: ProgramRun): unknown[] => [run.exitCode, lastOf(run)["code"]];
    writeFileSync(at("mine.iso"), "something else");
    expect(code(await read("mine.iso", "--json"))).toEqual([5, "target-exists"]);
    expect(readFileSync(at("mine.iso"), "utf8")).toBe("something else");
    writeFileSync(at("mine.iso.map"), "no map");
    expect(code(await read("mine.iso", "--json"))).toEqual([5, "map-unusable"]);
    expect(readFileSync(at("mine.iso"), "utf8")).toBe("something else");
    expect((await read("mine.iso", "--force")).exitCode).toBe(0);
    requireCopy("mine.iso", []);
    renameSync(at("mine.iso"), at("moved.iso"));
    expect(code(await read("mine.iso", "--json"))).toEqual([5, "map-unusable"]);
    expect(existsSync(at("mine.iso"))).toBe(false);
    expect(code(await readFrom(at("moved.iso"), "moved.iso", "--json"))).toEqual([5, "source-drive"]);
    expect(code(await readFrom(at("none.iso"), "x.iso", "--json"))).toEqual([3, "image-missing"]);
    expect(code(await read("x.iso", "--fill", "--json"))).toEqual([2, "usage"]);
    writeFileSync(at("short.iso"), source.subarray(0, source.length - 10 * sector));
    expect(code(await readFrom(at("short.iso"), "x.iso", "--json"))).toEqual([3, "image-truncated"]);
    writeFileSync(at("text.iso"), "no disc");
    expect(code(await readFrom(at("text.iso"), "x.iso", "--json"))).toEqual([3, "image-not-iso"]);
    disc.scratch(Array.from({ length: 400 }, (_, index) => index));
    expect(code(await read("x.iso", "--json"))).toEqual([3, "image-unreadable"]);
    expect(existsSync(at("x.iso"))).toBe(false);
  });

  it("tells of directories that cannot be read", async () => {
    // Behind the descriptors, before the first file: UDF's partition begins there with its file set and directories.
    disc.scratch([262, 263, 264]);
    const run = await read("structure.iso", "--json", "--retries", "0");
    expect(run.exitCode).toBe(3);
    expect(lastOf(run)["unread"]).toMatchObject({
      bytes: 3 * sector,
      files: null,
      otherBytes: 0,
      problem: "the File Entry of /boot has the tag identifier 0, expected 261 or 266",
    });
    expect(statSync(at("structure.iso")).size).toBe(source.length);
  });
});
