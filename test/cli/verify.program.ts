/** `win7usb verify` in process, from the command line to the exit code. */
import { exactSize } from "../../src/bytes/amounts.js";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directory, file, filler } from "../../fixtures/windows7/nodes.js";
import type { VerifyInternals } from "../../src/cli/commands/verify.js";
import { verifyCommand } from "../../src/cli/commands/verify.js";
import { main } from "../../src/cli/main.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { find } from "../../src/tree/index.js";
import { knownImagesOf } from "../../src/windows/known-images/index.js";
import { knownImageRow } from "../support/known-images.js";
import { writeDemoImage, writeImageOf } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { imageRuns } from "../support/image-runs.js";
import { parseOutput } from "../support/json-output.js";

type Report = {
  verdict: string;
  checks: { id: string; status: string; message: string; file?: string; code?: string }[];
  hashes: Record<string, string>;
  known: Record<string, unknown> | null;
  lookAlike: Record<string, unknown> | null;
  failures: { wim: string; check: string; blob?: string; message: string; places: { image: number; path: string }[] }[];
  failureCount: number;
  scope: { checked: string[]; unchecked: string[] };
  unmet: { requirement: string; message: string }[];
  windows: Record<string, unknown> | null;
};

let folder: string;
let iso: string;
let bytes: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-verify-cli-"));
  iso = await writeDemoImage(folder);
  bytes = readFileSync(iso);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(["verify", ...argv], terminal);
  return { exitCode, ...terminal.shown };
}

async function verify(path: string, ...argv: string[]): Promise<{ exitCode: number; report: Report }> {
  const { exitCode, out } = await run(path, "--json", ...argv);
  return { exitCode, report: parseOutput<Report>("verify", out) };
}

function write(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const digest = (algorithm: string, content: Uint8Array): string => createHash(algorithm).update(content).digest("hex");
const open = ({ checks }: Report): string[] =>
  checks.filter(({ status }) => status === "fail").map(({ id, code }) => `${id} ${code ?? ""}`.trim());
const checkOf = ({ checks }: Report, id: string) => checks.find((check) => check.id === id);

async function withTable(path: string, knownImages: VerifyInternals["knownImages"], ...allow: string[]) {
  const terminal = fakeTerminal();
  const options = { require: ["genuine"], allow, record: [], bell: false, json: true };
  const exitCode = await verifyCommand(
    { command: "verify", operands: [path], options },
    terminal,
    knownImages === undefined ? {} : { knownImages },
  );
  return { exitCode, report: parseOutput<Report>("verify", terminal.shown.out) };
}

async function extentOf(path: string): Promise<{ offset: number; length: number }> {
  return imageRuns(find((await readImage(memorySource(bytes))).tree, path))[0]!;
}

function changed(at: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x41;
  return copy;
}

/** The XML data's text is what nothing in a WIM covers. */
function isInXmlData(at: number): boolean {
  const near = bytes.subarray(Math.max(0, at - 40_000), at + 40_000).toString("latin1");
  const start = near.lastIndexOf("<\0W\0I\0M\0>\0", Math.min(at, 40_000));
  const end = near.indexOf("<\0/\0W\0I\0M\0>\0", Math.max(start, 0));
  const here = Math.min(at, 40_000);
  return start >= 0 && here >= start - 2 && here < end + 14;
}

/** A terminal at which Ctrl-C was pressed before anything began. */
const onInterrupt = (listener: () => void) => {
  listener();
  return () => undefined;
};

describe("a sound image of unknown hash", () => {
  it("is intact, and says what was checked and what cannot be", async () => {
    const { exitCode, report } = await verify(iso);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      schema: 1,
      verdict: "intact",
      known: null,
      failures: [],
      unmet: [],
      image: { path: iso, volumeLabel: "GSP1RMCPRFRER_EN_DVD", files: 30 },
      windows: { product: "Windows 7", edition: "Professional" },
      lookAlike: { fileName: "en_windows_7_professional_with_sp1_x86_dvd_u_677056.iso", matchedBy: "label" },
      advice: { setupOffers: "Professional", support: { status: "supported" } },
    });
    expect(report.hashes).toEqual({ sha1: digest("sha1", bytes), sha256: digest("sha256", bytes) });
    expect(open(report)).toEqual([]);
    expect(checkOf(report, "deep")).toMatchObject({ status: "skip" });
    expect(report.scope.unchecked).toEqual([
      expect.stringContaining("sources/install.wim (--deep checks them)"),
      "the bytes of the 28 files outside WIMs: no hash of them is known",
    ]);
  });

  it("in depth, every blob is compared, and the MD5 is told when asked for", async () => {
    const { exitCode, report } = await verify(iso, "--deep", "--md5");
    expect(exitCode).toBe(0);
    expect(report.hashes["md5"]).toBe(digest("md5", bytes));
    const blobs = report.checks.filter(({ id }) => id === "wim-blobs");
    expect(blobs.map((check) => [check.file, check.status])).toEqual([
      ["sources/boot.wim", "pass"],
      ["sources/install.wim", "pass"],
    ]);
    expect(report.scope.checked.join("; ")).toContain("every blob of sources/boot.wim and sources/install.wim");
    expect(report.scope.unchecked).toHaveLength(1);
  });

  it("is told to a person with the verdict first, within the terminal's width", async () => {
    const { out, err } = await run(iso);
    expect(out.split("\n")[0]).toMatch(/^Intact as far as was checked: Windows 7 Professional/);
    expect(out).toMatch(/not checked\s+the contents/);
    expect(out.split("\n").length).toBeLessThan(30);
    expect(err).toContain("hashing");
    const verbose = await run(iso, "--verbose", "--deep");
    expect(verbose.out).toContain("wim-blobs: sources/install.wim");
    expect(verbose.out).toContain(digest("sha256", bytes));
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80 + folder.length);
  });
});

describe("an image of known hash", () => {
  it.each(["sha1", "sha256", "md5"] as const)("is genuine by its %s", async (name) => {
    const table = knownImagesOf([knownImageRow({ [name]: digest(name, bytes) })]);
    const { exitCode, report } = await withTable(iso, table);
    expect(exitCode).toBe(0);
    expect(report.verdict).toBe("genuine");
    expect(report.known).toMatchObject({ official: true, fileName: "own.iso", matchedBy: name, independentOrigins: 3 });
    expect(report.scope.unchecked).toEqual([]);
  });

  it("is genuine with bytes behind its end, which are told", async () => {
    const path = write("padded.iso", Buffer.concat([bytes, filler(5000, 1)]));
    const { exitCode, report } = await withTable(path, knownImagesOf([knownImageRow({ sha1: digest("sha1", bytes) })]));
    expect(exitCode).toBe(0);
    expect(report.known).toMatchObject({ matchedLength: bytes.length });
    expect(checkOf(report, "whole")).toMatchObject({ status: "warn", code: "image-padded" });
    expect(checkOf(report, "whole")!.message).toContain(`${exactSize(5000)} follow the ${exactSize(bytes.length)}`);
    expect(report.hashes["sha1"]).toBe(digest("sha1", readFileSync(path)));
  });

  it("is altered where only label and size are right, unless that is allowed", async () => {
    const volumeLabel = "GSP1RMCPRFRER_EN_DVD";
    const table = knownImagesOf([knownImageRow({ sha1: "ab".repeat(20), volumeLabel, size: bytes.length })]);
    const refused = await withTable(iso, table);
    expect([refused.exitCode, refused.report.verdict, open(refused.report)]).toEqual([
      3,
      "damaged",
      ["known-image altered"],
    ]);
    const allowed = await withTable(iso, table, "altered");
    expect([allowed.exitCode, allowed.report.verdict]).toEqual([4, "unsuitable"]);
    expect(allowed.report.unmet.map(({ requirement }) => requirement)).toEqual(["genuine"]);
  });

  it("and not official is told as what it is", async () => {
    const table = knownImagesOf([], [{ fileName: "fake.iso", sha1: digest("sha1", bytes), verdict: "rebuilt by X" }]);
    const { exitCode, report } = await withTable(iso, table);
    expect([exitCode, report.verdict]).toEqual([4, "unsuitable"]);
    expect(report.known).toMatchObject({ official: false, fileName: "fake.iso" });
    expect(checkOf(report, "known-image")).toMatchObject({ status: "warn", code: "not-official" });
  });
});

describe("a damaged image", () => {
  it("with bytes behind its end is intact, and padded", async () => {
    const { exitCode, report } = await verify(write("zeros.iso", Buffer.concat([bytes, Buffer.alloc(1 << 20)])));
    expect([exitCode, report.verdict]).toEqual([0, "intact"]);
    expect(checkOf(report, "whole")).toMatchObject({ status: "warn", code: "image-padded" });
  });

  it.each([1, 2048, 500_000, 900_000, 1_200_000])("that lacks its last %i bytes is truncated", async (missing) => {
    const path = write("cut.iso", bytes);
    truncateSync(path, bytes.length - missing);
    for (const options of [[], ["--deep"]]) {
      const { exitCode, report } = await verify(path, ...options);
      expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
      const whole = checkOf(report, "whole");
      // The last blocks are no file's.
      const code = missing <= 2048 ? "padding-missing" : "image-truncated";
      expect(whole).toMatchObject({ status: "fail", code });
      if (missing < 900_000)
        expect(whole!.message).toContain(`${exactSize(missing)} of ${exactSize(bytes.length)} are missing`);
      expect(report.hashes["sha1"]).toBe(digest("sha1", readFileSync(path)));
    }
    const { out } = await run(path);
    expect(out).toMatch(/^Damaged: /);
  });

  it("names the files that are cut", async () => {
    const end = (await readImage(memorySource(bytes))).tree;
    const last = imageRuns(find(end, "sources/install.wim")).at(-1)!;
    const path = write("cut.iso", bytes.subarray(0, last.offset + last.length - 10));
    expect(checkOf((await verify(path)).report, "whole")!.message).toMatch(/cut: sources\/install.wim \(10 bytes\)/);
  });

  it("with a changed byte in a WIM's content is found in depth, with image, path and blob", async () => {
    const wim = await extentOf("sources/install.wim");
    // The payload of image 3 is noise, so it is found by its bytes.
    const at = bytes.indexOf(filler(64 * 1024, 62).subarray(0, 64)) + 5000;
    expect(at > wim.offset && at < wim.offset + wim.length).toBe(true);
    const path = write("flipped.iso", changed(at));
    expect((await verify(path)).report.verdict).toBe("intact");
    const { exitCode, report } = await verify(path, "--deep");
    expect([exitCode, report.verdict]).toEqual([3, "damaged"]);
    expect(open(report)).toEqual(["wim-integrity-table wim-damaged", "wim-blobs wim-damaged"]);
    expect(report.failures.find(({ check }) => check === "wim-blobs")).toMatchObject({
      wim: "sources/install.wim",
      blob: digest("sha1", filler(64 * 1024, 62)),
      places: [{ image: 3, path: "Windows/System32/payload.bin" }],
    });
    expect((await run(path, "--deep")).out).toContain("payload.bin in image 3");
  });

  it.each(["sources/install.wim", "sources/boot.wim"])(
    "with any changed byte in %s is found in depth",
    async (name) => {
      const { offset, length } = await extentOf(name);
      for (let step = 0; step < 12; step += 1) {
        const at = offset + 208 + Math.floor(((length - 208) * (step * 7919 + 13)) / (12 * 7919 + 13));
        if (isInXmlData(at)) continue;
        const { exitCode } = await verify(write("flipped.iso", changed(at)), "--deep");
        expect([at - offset, exitCode]).toEqual([at - offset, 3]);
      }
    },
  );

  it("with a damaged WIM header is damaged, although Windows cannot be told", async () => {
    const { offset } = await extentOf("sources/install.wim");
    const { exitCode, report } = await verify(write("flipped.iso", changed(offset + 2)), "--require", "arch=x86");
    expect([exitCode, report.verdict, report.windows]).toEqual([3, "damaged", null]);
    expect(open(report)).toContain("wim wim-damaged");
    expect(report.unmet).toHaveLength(1);
  });

  it("with a damaged boot file is damaged", async () => {
    const { offset } = await extentOf("boot/boot.sdi");
    const { exitCode, report } = await verify(write("flipped.iso", changed(offset)));
    expect([exitCode, open(report)]).toEqual([3, ["boot/boot.sdi"]]);
  });
});

describe("an image that is something else", () => {
  it.each([
    ["x64", { architecture: "x64" }],
    ["rtm", { build: 7600, spBuild: 16385, spLevel: 0 }],
  ] as const)("%s: unsuitable, and allowed by that name only", async (code, options) => {
    const path = await writeDemoImage(folder, options, `${code}.iso`);
    const refused = await verify(path, "--allow", code === "x64" ? "rtm" : "x64");
    expect([refused.exitCode, refused.report.verdict]).toEqual([4, "unsuitable"]);
    expect(open(refused.report).map((text) => text.split(" ")[1])).toEqual([code]);
    const allowed = await verify(path, "--allow", code);
    expect([allowed.exitCode, allowed.report.verdict]).toEqual([0, "intact"]);
  });

  it("no Windows: unsuitable, not damaged", async () => {
    const tree = directory("", [file("readme.txt", "files")]);
    const { exitCode, report } = await verify(await writeImageOf(tree, join(folder, "files.iso"), "FILES"));
    expect([exitCode, report.verdict]).toEqual([4, "unsuitable"]);
    expect(open(report)).toEqual(["product not-windows-7", "boot-files no-boot-files"]);
  });

  it.each([
    ["image-missing", () => join(folder, "none.iso")],
    ["image-not-iso", () => write("text.iso", Buffer.from("no image at all\n".repeat(5000)))],
    ["image-unreadable", () => folder],
  ])("%s is an error", async (code, path) => {
    const { exitCode, out, err } = await run(path(), "--json");
    expect(exitCode).toBe(3);
    expect(parseOutput("verify", out)).toMatchObject({ schema: 1, error: { code } });
    expect(err).toContain("win7usb:");
  });
});

describe("requirements on the command line", () => {
  it("are met together", async () => {
    const required = ["edition=professional", "arch=x86", "sp=1", "language=en-us"];
    const { exitCode, report } = await verify(iso, "--require", ...required);
    expect([exitCode, report.unmet]).toEqual([0, []]);
  });

  it("are all listed where they are not, with exit 4", async () => {
    const required = ["--require", "edition=Ultimate", "arch=x86", "--require", "sp=0", "genuine"];
    const { exitCode, report } = await verify(iso, ...required);
    expect([exitCode, report.verdict]).toEqual([4, "unsuitable"]);
    expect(report.unmet.map(({ requirement }) => requirement)).toEqual(["edition=Ultimate", "sp=0", "genuine"]);
    const { out } = await run(iso, ...required);
    expect(out.match(/not met: /g)).toHaveLength(3);
  });

  it("do not outweigh damage", async () => {
    const path = write("cut.iso", bytes.subarray(0, bytes.length - 1));
    expect((await verify(path, "--require", "sp=0")).exitCode).toBe(3);
  });

  it.each([
    "edition=Home",
    "edition",
    "arch=arm",
    "sp=2",
    "sp=",
    "language=",
    "colour=red",
    "genuine=yes",
    "toString=1",
  ])("%s is wrong usage", async (text) => {
    const { exitCode, out, err } = await run(iso, "--require", text);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toContain(`"${text}"`);
    // Options stand before or after the ISO.
    expect(err).not.toContain("before");
  });
});

it("an interruption ends with 130 and no verdict", async () => {
  const terminal = fakeTerminal();
  expect(await main(["verify", iso, "--deep"], { ...terminal, onInterrupt })).toBe(130);
  expect(terminal.shown.out).toBe("");
  expect(terminal.shown.err).toContain("interrupted");
});
