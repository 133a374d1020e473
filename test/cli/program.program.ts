/** The command line as a person and a script meet it, in process, with a terminal that records. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import { imageRefusals, targetRefusals } from "../../src/cli/table/refusals.js";
import { allCommands } from "../../src/cli/table/program.js";
import { allowableRefusals } from "../../src/drive/guard.js";
import type { WindowsIdentity } from "../../src/windows/index.js";
import { suitabilityRefusals } from "../../src/windows/index.js";
import { tree } from "../support/memory-tree.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";

let folder: string;
let iso: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-cli-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.shown };
}

describe("usage", () => {
  it.each([[[]], [["write"]], [["write", "a.iso"]], [["frobnicate"]], [["write", "a", "b", "--size", "big"]]])(
    "%j ends with 2 and says what is wrong on stderr",
    async (argv) => {
      const { exitCode, out, err } = await run(...argv);
      expect(exitCode).toBe(2);
      expect(out).toBe("");
      expect(err).toMatch(/Usage:|win7usb: /);
    },
  );

  it.each([["--help"], ["write", "--help"], ["help", "write"], ["--version"]])(
    "%s ends with 0 on stdout",
    async (...argv) => {
      const { exitCode, out, err } = await run(...argv);
      expect(exitCode).toBe(0);
      expect(out).not.toBe("");
      expect(err).toBe("");
    },
  );

  it("keeps help within 80 columns", async () => {
    for (const argv of [
      ["--help"],
      ["-h"],
      ...allCommands.flatMap(({ name }) => [
        [name, "--help"],
        [name, "-h"],
      ]),
    ]) {
      const { out } = await run(...argv);
      for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});

describe("inspect", () => {
  it("says what the contract names in one JSON object", async () => {
    const { exitCode, out, err } = await run("inspect", iso, "--json");
    expect(exitCode).toBe(0);
    expect(err).toBe("");
    const object = parseOutput("inspect", out);
    expect(object).toMatchObject({
      schema: 1,
      image: { path: iso, size: statSync(iso).size, volumeLabel: "GSP1RMCPRFRER_EN_DVD", fileSystem: "udf" },
      windows: {
        product: "Windows 7",
        architecture: "x86",
        build: 7601,
        servicePack: 1,
        servicePackBuild: 17514,
        languages: ["en-US"],
        edition: "Professional",
        channel: "Retail",
      },
      known: null,
      warnings: [{ code: "rebuilt" }],
    });
    expect(object).toHaveProperty("windows.editions.4.id", "Ultimate");
    expect(object).toHaveProperty("image.elTorito.entries.0.sectorCount", 8);
  });

  it("puts the answer of a person's question in the first line", async () => {
    const { out } = await run("inspect", iso);
    expect(out.split("\n")[0]).toBe("Windows 7 Professional with Service Pack 1, x86, en-US");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80 + folder.length);
  });
});

/** Everything before the manifest's place. */
const content = (path: string): Buffer => readFileSync(path).subarray(0, -MiB);

describe("write to an image file", () => {
  it("writes, verifies, and gives the same bytes twice", async () => {
    const first = join(folder, "first.img");
    const second = join(folder, "second.img");
    const { exitCode, out } = await run("write", iso, first, "--json");
    expect(exitCode).toBe(0);
    const events = parseEvents(out);
    expect(events.every((event) => event["schema"] === 1)).toBe(true);
    expect(events[0]).toMatchObject({ event: "start", image: iso, targets: [first] });
    expect(events[1]).toMatchObject({ event: "plan", filesystem: "fat32", totalBytes: statSync(first).size });
    const digest = createHash("sha256").update(readFileSync(first)).digest("hex");
    expect(events.at(-1)).toMatchObject({
      event: "done",
      targets: [{ path: first, sha256: digest, sha256Bytes: statSync(first).size, verified: true }],
    });
    expect((await run("write", iso, second)).exitCode).toBe(0);
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  });

  it("gives the same bytes unverified, but for the manifest", async () => {
    const verified = join(folder, "verified.img");
    const unverified = join(folder, "unverified.img");
    expect((await run("write", iso, verified)).exitCode).toBe(0);
    expect((await run("write", iso, unverified, "--no-verify")).exitCode).toBe(0);
    expect(content(unverified).equals(content(verified))).toBe(true);
  });

  it("never replaces a file without --force", async () => {
    const target = join(folder, "taken.img");
    expect((await run("write", iso, target)).exitCode).toBe(0);
    const before = statSync(target).mtimeMs;
    const { exitCode, err } = await run("write", iso, target);
    expect(exitCode).toBe(5);
    expect(err).toContain("--force");
    expect(statSync(target).mtimeMs).toBe(before);
    expect((await run("write", iso, target, "--force", "--size", "100M")).exitCode).toBe(0);
    expect(statSync(target).size).toBe(100 * 1024 * 1024);
  });

  it("writes nothing in a dry run, and says what it would", async () => {
    const target = join(folder, "dry.img");
    const { exitCode, out } = await run("write", iso, target, "--dry-run", "--json");
    expect(exitCode).toBe(0);
    expect(existsSync(target)).toBe(false);
    expect(parseOutput("write-plan", out)).toMatchObject({ schema: 1, plan: { filesystem: "fat32", files: 30 } });
  });

  it("ends with 130 when interrupted, and leaves no image behind", async () => {
    const target = join(folder, "stopped.img");
    const terminal = fakeTerminal();
    const err = terminal.err.bind(terminal);
    const stopping = {
      ...terminal,
      err(text: string) {
        err(text);
        if (text.startsWith("writing")) terminal.interrupt();
      },
    };
    expect(await main(["write", iso, target], stopping)).toBe(130);
    expect(existsSync(target)).toBe(false);
  });
});

describe("names that --allow takes", () => {
  it("are those that are refused", async () => {
    const { exitCode, err } = await run("write", iso, join(folder, "never.img"), "--allow", "anything");
    expect(exitCode).toBe(2);
    expect(err).toContain("rtm");
    expect([...targetRefusals]).toEqual([...allowableRefusals]);
    const found = new Set<string>();
    for (const identity of [
      { product: null, architecture: null },
      { product: "Windows 7", architecture: "x64" as const },
      { product: "Windows 7", build: 7000 },
      { unreadable: [{ path: "sources/install.wim", role: "install", reason: "solid" }] as const },
    ]) {
      for (const { code } of suitabilityRefusals({ ...nothingKnown, ...identity }, tree())) found.add(code);
    }
    expect([...found].toSorted()).toEqual([...imageRefusals].toSorted());
  });
});

const nothingKnown: WindowsIdentity = {
  product: null,
  architecture: null,
  build: null,
  servicePack: null,
  servicePackBuild: null,
  languages: [],
  edition: null,
  channel: null,
  editions: [],
  setupFolders: [],
  installImage: null,
  bootImages: null,
  unreadable: [],
  volumeLabel: null,
  warnings: [],
};
