/**
 * `verify --deep` reads an image once, and so does a `write` that verifies it meanwhile. The kernel is the judge: strace
 * counts what all threads read of the image's file. And on a slow medium the hash and the WIMs move together, and Ctrl-C is not late.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { verify } from "../../src/steps/verify-image.js";
import type { VerifyEvent } from "../../src/steps/verify-passes.js";
import { judge } from "../support/judges.js";
import { makeFolder, removeFolder, wimlib, writeTree } from "../support/wimlib-trees.js";
import { programCommand } from "../support/program.js";
import { parseEvents, parseOutput } from "../support/json-output.js";

const MiB = 2 ** 20;

/** Noise stays as it is in a compressed WIM; of the other kind half is left. No two MiB are the same. */
function writeContent(path: string, size: number, kind: "noise" | "halves"): void {
  const file = openSync(path, "w");
  const noise = Buffer.from(filler(MiB, size % 251));
  for (let done = 0; done < size; done += MiB) {
    const piece = Buffer.from(noise);
    for (let at = 0; at < MiB; at += 4096) piece.writeUInt32LE((done + at) ^ size, at);
    if (kind === "halves") for (let at = 0; at < MiB; at += 2048) piece.fill(at / 2048, at, at + 1024);
    writeSync(file, piece, 0, Math.min(MiB, size - done));
  }
  closeSync(file);
}

/** Bytes that the calls in strace's output have read; a call during which another thread calls has two lines. */
function bytesRead(trace: string): number {
  const calls = [
    ...readFileSync(trace, "utf8").matchAll(/\b(?:read|pread64|readv|preadv2?)(?:\(| resumed>).*\) += (\d+)$/gm),
  ];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

const judged = ["wimlib-imagex", "genisoimage", "strace"].map(judge).every(Boolean);

describe.skipIf(!judged)("an image with a boot.wim and an install.wim", () => {
  let folder: string;
  let iso: string;
  const pathOf = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = makeFolder();
    iso = pathOf("win7.iso");
    mkdirSync(pathOf("disc/sources"), { recursive: true });
    for (const [index, name] of ["boot.wim", "install.wim"].entries()) {
      const tree = pathOf(`tree${index}`);
      mkdirSync(tree);
      writeTree(tree, index + 1);
      mkdirSync(join(tree, "large"));
      // Stored in one piece, compressed in segments, and both in the size of a whole batch.
      writeContent(join(tree, "large/stored.bin"), (40 + index) * MiB + 5, "noise");
      writeContent(join(tree, "large/segments.bin"), (60 + index) * MiB + 5, "halves");
      writeContent(join(tree, "large/middle.bin"), (15 + index) * MiB - 5, "noise");
      for (let file = 0; file < 40; file += 1) {
        writeContent(join(tree, `large/${file}.bin`), 100_000 * file + index, file % 2 === 0 ? "noise" : "halves");
      }
      wimlib("capture", tree, pathOf(`disc/sources/${name}`), name, "--compress=LZX:10", "--check");
      wimlib("append", join(tree, "Windows"), pathOf(`disc/sources/${name}`), "Second", "--check", "--rebuild");
    }
    writeDisc(iso, "disc");
    for (const name of ["boot.wim", "install.wim"]) {
      expect(statSync(pathOf(`disc/sources/${name}`)).size).toBeGreaterThan(64 * MiB);
    }
  });
  afterAll(() => removeFolder(folder));

  function writeDisc(path: string, from: string): void {
    const names = ["-input-charset", "utf-8", "-allow-limited-size", "-iso-level", "3", "-V", "ONCE"];
    execFileSync("genisoimage", ["-quiet", "-udf", ...names, "-o", path, pathOf(from)], { stdio: "pipe" });
  }

  /** What a command with these words reads of the image at `path`, and what it says. */
  function traced(path: string, words: readonly string[]): { bytes: number; out: string } {
    const file = pathOf("trace.txt");
    const strace = [
      "-f",
      "--seccomp-bpf",
      "-q",
      "-P",
      path,
      "-e",
      "trace=read,pread64,readv,preadv,preadv2",
      "-o",
      file,
    ];
    const result = spawnSync("strace", [...strace, ...programCommand, ...words], {
      encoding: "utf8",
      // What goes through a ring of the kernel's is no call that could be counted.
      env: { ...process.env, UV_USE_IO_URING: "0" },
    });
    return { bytes: bytesRead(file), out: result.stdout };
  }

  function trace(path: string, ...options: string[]): { bytes: number; checks: { id: string; status: string }[] } {
    const { bytes, out } = traced(path, ["verify", path, "--json", ...options]);
    return { bytes, ...parseOutput<{ checks: { id: string; status: string }[] }>("verify", out) };
  }

  it("is read once for its hashes", () => {
    const { bytes } = trace(iso);
    expect(bytes).toBeGreaterThanOrEqual(statSync(iso).size);
    expect(bytes).toBeLessThan(statSync(iso).size * 1.01);
  });

  it("is read once for its hashes, its integrity tables and every blob", () => {
    const { bytes, checks } = trace(iso, "--deep");
    const wim = checks.filter(({ id }) => id.startsWith("wim-"));
    expect(wim.filter(({ status }) => status !== "pass")).toEqual([]);
    expect(wim.filter(({ id }) => id === "wim-blobs")).toHaveLength(2);
    expect(wim.filter(({ id }) => id === "wim-integrity-table")).toHaveLength(2);
    expect(bytes).toBeGreaterThanOrEqual(statSync(iso).size);
    expect(bytes).toBeLessThanOrEqual(statSync(iso).size * 1.03);
  });

  it("is read once with a split set, too", () => {
    mkdirSync(pathOf("parts/sources"), { recursive: true });
    wimlib("split", pathOf("disc/sources/install.wim"), pathOf("parts/sources/install.swm"), "30", "--check");
    const parts = readdirSync(pathOf("parts/sources")).length;
    expect(parts).toBeGreaterThan(2);
    const split = pathOf("split.iso");
    writeDisc(split, "parts");
    const { bytes, checks } = trace(split, "--deep");
    expect(checks.filter(({ id }) => id === "wim-blobs").map(({ status }) => status)).toEqual(["pass"]);
    expect(bytes).toBeGreaterThanOrEqual(statSync(split).size);
    expect(bytes).toBeLessThanOrEqual(statSync(split).size * 1.03);
  });

  it.each(["fat32", "ntfs"])("is read once where it is written as %s", (fileSystem) => {
    const target = pathOf(`${fileSystem}.img`);
    const allowed = ["--allow", "not-windows-7,no-boot-files,rtm"];
    const { bytes, out } = traced(iso, ["write", iso, target, "--json", "--filesystem", fileSystem, ...allowed]);
    expect(parseEvents(out).at(-1)).toMatchObject({ event: "done", image: { check: "deep", verdict: "intact" } });
    expect(bytes).toBeGreaterThanOrEqual(statSync(iso).size);
    expect(bytes).toBeLessThanOrEqual(statSync(iso).size * 1.03);
    rmSync(target);
  });

  const tools = ["nbdkit", "nbdfuse", "fusermount3"].map(judge).every(Boolean) && existsSync("/dev/fuse");

  describe.skipIf(!tools)("on a slow medium", () => {
    const rate = 12 * MiB;
    let close: () => Promise<void>;
    const slow = (): string => pathOf("shown/nbd");

    beforeAll(async () => {
      mkdirSync(pathOf("shown"));
      const server = ["nbdkit", "-s", "-r", "--filter=rate", "file", iso, `rate=${rate * 8}`, "burstiness=0.2"];
      const shower = spawn("nbdfuse", ["-r", pathOf("shown"), "--command", ...server], { stdio: "ignore" });
      const ended = new Promise((resolve) => shower.once("exit", resolve));
      close = async () => {
        execFileSync("fusermount3", ["-u", pathOf("shown")]);
        await ended;
      };
      for (let turn = 0; turn < 100 && !existsSync(slow()); turn += 1) await delay(50);
    });
    afterAll(async () => {
      await close();
    });

    it("has both bars on their way", async () => {
      type Mark = Extract<VerifyEvent, { event: "progress" }>;
      const marks: Mark[] = [];
      const onEvent = (event: VerifyEvent): void => {
        if (event.event === "progress") marks.push(event);
      };
      await verify(slow(), { deep: true, onEvent });
      for (const target of new Set(marks.map((mark) => mark.target))) {
        const own = marks.filter((mark) => mark.target === target);
        expect(own.map(({ bytes }) => bytes)).toEqual(own.map(({ bytes }) => bytes).toSorted((a, b) => a - b));
        expect(own.at(-1)).toMatchObject({ bytes: own[0]!.totalBytes });
        // None runs to its end at once.
        expect(own.length, target).toBeGreaterThan(10);
      }
      // The reader does not run away from the WIM: when it is done, that one has come as far as the ring allows.
      const hashed = marks.findIndex(({ phase, bytes, totalBytes }) => phase === "hash" && bytes === totalBytes);
      const installed = marks.slice(0, hashed).findLast(({ target }) => target === "sources/install.wim")!;
      expect(installed.bytes / installed.totalBytes).toBeGreaterThan(0.5);
    });

    it("ends at Ctrl-C", async () => {
      const [node, command] = programCommand;
      const child = spawn(node, [command, "verify", slow(), "--deep"], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      const closed = new Promise((resolve) => child.once("close", resolve));
      await new Promise((resolve) => child.stderr.once("data", resolve));
      await delay(1000);
      child.kill("SIGINT");
      expect(await closed).toBe(130);
    });
  });
});
