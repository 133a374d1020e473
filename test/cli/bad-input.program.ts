/** Every kind of bad input: its exit code, a message that names the cause, and a target that is not touched. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import type { ErrorCode } from "../../src/errors.js";
import { exitCodes } from "../../src/errors.js";
import { main } from "../../src/cli/main.js";
import type { DirectoryNode, FileTree, TreeNode } from "../../src/tree/index.js";
import { compose, directoryAt, entryAt, withRoot } from "../iso9660-reader/udf-composer.js";
import { writeDemoImage, writeImageOf } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { rounds } from "../support/sample.js";
import { parseEvents } from "../support/json-output.js";

let folder: string;
let whole: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-bad-"));
  whole = readFileSync(await writeDemoImage(folder));
});
afterEach(() => rmSync(path("target.img"), { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
function saved(name: string, bytes: Uint8Array): string {
  writeFileSync(path(name), bytes);
  return path(name);
}

/** `write` of `iso` to a fresh image file ends with `code`, a hint, and no file. */
async function expectRefusal(iso: string, code: ErrorCode, cause: RegExp, ...more: string[]): Promise<void> {
  const target = path("target.img");
  const terminal = fakeTerminal();
  const exitCode = await main(["write", iso, target, "--json", ...more], terminal);
  const last = parseEvents(terminal.shown.out).at(-1)!;
  expect(last).toMatchObject({ schema: 1, event: "error", code });
  expect(last["message"]).toMatch(cause);
  expect(last["hint"], "a next step").toBeTypeOf("string");
  expect(exitCode).toBe(exitCodes[code]);
  expect(terminal.shown.err).toContain("win7usb: ");
  expect(existsSync(target)).toBe(false);
}

function mapTree(node: DirectoryNode, change: (child: TreeNode) => TreeNode | null): FileTree {
  const children = node.children
    .map((child) => (child.kind === "directory" ? mapTree(child, change) : child))
    .map(change)
    .filter((child) => child !== null);
  return { ...node, children };
}

describe("what is no image", () => {
  it("a missing file", () => expectRefusal(path("nothing.iso"), "image-missing", /nothing\.iso/));
  it("a directory", () => expectRefusal(folder, "image-unreadable", /director|folder|EISDIR/));
  it("an empty file", () => expectRefusal(saved("empty.iso", new Uint8Array()), "image-not-iso", /0 bytes|empty/));
  it("a text file", () => expectRefusal(saved("text.iso", Buffer.from("no image")), "image-not-iso", /8 bytes/));
  it("a file of noise", () => {
    const noise = new Uint8Array(200_000).map((_, index) => (index * 2_654_435_761) >>> 24);
    return expectRefusal(saved("noise.iso", noise), "image-not-iso", /volume|descriptor/i);
  });
  it("a disk image", () => expectRefusal(saved("zeros.iso", new Uint8Array(1 << 20)), "image-not-iso", /./));
});

describe("a truncated image is refused wherever it ends", () => {
  // In blocks of 2,048 bytes: inside the volume recognition sequence, the anchor, the partition, and the last file.
  const places = [1, 15, 16, 17, 19, 32, 64, 256, 257, 258, 260, 270, 300, 400, 600, 700, 800, -2, -1];
  it.each(places)("after %d blocks", async (blocks) => {
    const length = blocks > 0 ? blocks * 2048 : whole.length + blocks * 2048;
    const iso = saved(`cut-${blocks}.iso`, whole);
    truncateSync(iso, Math.min(length, whole.length - 1));
    const terminal = fakeTerminal();
    const exitCode = await main(["write", iso, path("target.img")], terminal);
    expect(exitCode, terminal.shown.err).toBe(3);
    expect(terminal.shown.err).toMatch(/bytes|cut short|ends/);
    expect(existsSync(path("target.img"))).toBe(false);
  });
});

describe("what is no Windows 7 x86 SP1", () => {
  it("x64", async () => {
    const iso = await writeDemoImage(folder, { architecture: "x64" }, "x64.iso");
    await expectRefusal(iso, "x64", /x64.*expected x86/);
  });
  it("without service pack, until it is allowed", async () => {
    const iso = await writeDemoImage(folder, { build: 7600, spBuild: 16385, spLevel: 0 }, "rtm.iso");
    await expectRefusal(iso, "rtm", /7600.*expected build 7601/);
    expect(await main(["write", iso, path("rtm.img"), "--allow", "rtm"], fakeTerminal())).toBe(0);
  });
  it("another system", async () => {
    const iso = await writeImageOf(
      tree(file("README", 10), directory("docs", [file("a.txt", 5)])),
      path("other.iso"),
      "OTHER",
    );
    await expectRefusal(iso, "not-windows-7", /no Windows/);
  });
  it("without bootmgr", async () => {
    const without = mapTree(await windows7Tree(), (node) => (node.name === "bootmgr" ? null : node));
    await expectRefusal(await writeImageOf(without, path("no-bootmgr.iso")), "no-boot-files", /bootmgr/);
  });
});

describe("names and sizes", () => {
  it("`..` as a name", async () => {
    const hostile = mapTree(await windows7Tree(), (node) =>
      node.name === "setup.exe" ? { ...node, name: ".." } : node,
    );
    await expectRefusal(await writeImageOf(hostile, path("dots.iso")), "image-damaged", /\.\./);
  });
  it("names that differ in case only", async () => {
    const sources = await windows7Tree();
    const twice = { ...sources, children: [...sources.children, file("SETUP.EXE", 10)] };
    await expectRefusal(await writeImageOf(twice, path("case.iso")), "name-collision", /setup\.exe/i);
  });
  it("a name that FAT32 cannot hold", async () => {
    const sources = await windows7Tree();
    const iso = await writeImageOf(
      { ...sources, children: [...sources.children, file("what?.txt", 10)] },
      path("name.iso"),
    );
    await expectRefusal(iso, "name-unsupported", /what\?\.txt/);
  });
});

describe("structures that contradict themselves", () => {
  const isDirectory = 0x02;
  const circle = withRoot([{ name: "d", icb: 10, characteristics: isDirectory }], {
    10: directoryAt(10, [{ name: "e", icb: 1, characteristics: isDirectory }]),
  });
  const huge = withRoot([{ name: "f", icb: 10 }], {
    10: entryAt(10, { allocationType: 0, size: 2 ** 52, allocation: new Uint8Array() }),
  });
  it("directories in a circle", () =>
    expectRefusal(saved("circle.iso", compose(circle)), "image-damaged", /circle|twice/));
  it("a file of 2^52 bytes", () =>
    expectRefusal(saved("huge.iso", compose(huge)), "image-damaged", /4503599627370496/));

  it("any byte changed: written, refused by name, never a fault of our own, and never half a file", async () => {
    const target = path("target.img");
    const change = fc.record({
      offset: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
    });
    // Most of the image is content; what has structure lies in its first part.
    const near = fc.record({ offset: fc.nat(700 * 2048), bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(change, near), { minLength: 1, maxLength: 6 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const { offset, bytes: patch } of changes) bytes.set(patch.subarray(0, bytes.length - offset), offset);
        const terminal = fakeTerminal();
        const exitCode = await main(["write", saved("changed.iso", bytes), target, "--dry-run"], terminal);
        expect([0, 3, 4], terminal.shown.err).toContain(exitCode);
        expect(existsSync(target)).toBe(false);
      }),
      { numRuns: rounds(150), endOnFailure: true },
    );
  });
});

describe("targets", () => {
  it("too small, with both numbers", () => expectRefusal(path("win7.iso"), "too-small", /\d+.*\d+/, "--size", "1M"));
  it("in a folder that does not exist", async () => {
    const terminal = fakeTerminal();
    expect(await main(["write", path("win7.iso"), path("nowhere/usb.img")], terminal)).toBe(5);
    expect(terminal.shown.err).toContain("nowhere");
  });
  it("a directory", async () => {
    mkdirSync(path("folder"));
    const terminal = fakeTerminal();
    expect(await main(["write", path("win7.iso"), path("folder"), "--force"], terminal)).toBe(5);
    expect(terminal.shown.err).toContain("folder");
  });
  it("the ISO itself, even with --force", async () => {
    const before = readFileSync(path("win7.iso"));
    const terminal = fakeTerminal();
    expect(await main(["write", path("win7.iso"), path("win7.iso"), "--force"], terminal)).toBe(5);
    expect(readFileSync(path("win7.iso")).equals(before)).toBe(true);
  });
  it("the same target twice", async () => {
    expect(await main(["write", path("win7.iso"), path("a.img"), path("a.img")], fakeTerminal())).toBe(2);
    expect(existsSync(path("a.img"))).toBe(false);
  });
  it("a drive that is not there", async () => {
    const terminal = fakeTerminal();
    expect(await main(["write", path("win7.iso"), "/dev/win7usb-nothing", "--yes"], terminal)).toBe(5);
    expect(terminal.shown.err).toContain("/dev/win7usb-nothing");
    expect(existsSync("/dev/win7usb-nothing")).toBe(false);
  });
});
