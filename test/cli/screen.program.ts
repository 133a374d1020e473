/** What a person sees on a terminal: its width, none at all, its characters and colours, and what Ctrl-C leaves. */
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { runProgram } from "../support/program.js";
import { onPty } from "../support/pty.js";
import { sample } from "../support/sample.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-screen-"));
  await writeDemoImage(folder);
  runProgram(["write", "win7.iso", "usb.img", "--image-check", "none"], folder);
  const changed = readFileSync(join(folder, "usb.img"));
  // Two places: the partition table, and the volume's first file.
  changed[450]! ^= 1;
  changed[3_000_000]! ^= 1;
  writeFileSync(join(folder, "changed.img"), changed);
  copyFileSync(join(folder, "win7.iso"), join(folder, "cut.iso"));
  truncateSync(join(folder, "cut.iso"), 1_200_000);
  copyFileSync(join(folder, "win7.iso"), join(folder, "padded.iso"));
  truncateSync(join(folder, "padded.iso"), 6 * GiB);
});
afterAll(() => rmSync(folder, { recursive: true }));

// oxlint-disable-next-line no-control-regex
const toColumn = /\u001b\[[\d;]*[GHfd]/g;

/** The lines as they stand on the screen in the end: what was drawn over is gone. */
function screenOf(shown: string): string[] {
  const rows = shown.replaceAll("\r\n", "\n").replaceAll(toColumn, "\r").split("\n");
  return rows.map(
    (row) =>
      row
        .split("\r")
        .map((text) => stripVTControlCharacters(text).trimEnd())
        .at(-1) ?? "",
  );
}

const bar = /%/;
// oxlint-disable-next-line no-control-regex
const color = /\u001B\[3\dm/;

describe.skipIf(!judge("python3"))("80 columns", () => {
  const commands = [
    ["verify", "win7.iso"],
    ["verify", "win7.iso", "--verbose"],
    ["verify", "cut.iso"],
    ["verify", "win7.iso", "--require", "edition=Ultimate,arch=x64,language=de-DE"],
    ["inspect", "win7.iso", "--verbose"],
    ["check", "usb.img"],
    ["check", "changed.img"],
    ["check", "win7.iso"],
    ["check", "usb.img", "--label", "OTHER"],
    ["drives", "--all"],
    ["write", "win7.iso", "new.img", "--dry-run"],
    ["write"],
    ["write", "cut.iso", "new.img"],
    ["write", "win7.iso", "usb.img"],
    ["verify", "win7.iso", "--allow", "everything-that-there-is"],
    ["frobnicate"],
    ["licences"],
  ];
  it.each(sample(commands, 5, ([command]) => command))(
    "%s %s %s %s are not passed, and no word is broken",
    async (...argv) => {
      const words = argv.filter((word) => word !== undefined);
      const { shown } = await onPty(words, { folder });
      const lines = screenOf(shown);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
      // A column of a table has no room for a long path, and breaks it.
      if (argv[0] === "drives") return;
      const wide = await onPty(words, { folder, columns: 400 });
      const wordsOf = (all: string[]): Set<string> =>
        new Set(all.filter((line) => !bar.test(line)).flatMap((line) => line.trim().split(/\s+/)));
      const whole = wordsOf(screenOf(wide.shown));
      for (const word of wordsOf(lines)) expect(whole, word).toContain(word);
    },
  );
});

describe("licences", () => {
  it("that are piped are as their authors wrote them", () => {
    expect(runProgram(["licences"]).out).toBe(
      readFileSync(join(import.meta.dirname, "../../dist/licences.txt"), "utf8"),
    );
  });
});

describe.skipIf(!judge("python3"))("a terminal that says that it has 0 columns", () => {
  const commands = [
    ["verify", "win7.iso", "--deep"],
    ["write", "win7.iso", "zero.img", "--force"],
    ["check", "usb.img"],
    ["inspect", "win7.iso"],
    ["drives"],
  ];
  it.each(sample(commands, 3))("%s ends, and shows what another one does", async (...argv) => {
    const zero = await onPty(argv, { folder, columns: 0 });
    expect(zero.exitCode).toBe(0);
    expect(zero.shown.length).toBeLessThan(20_000);
    const usual = await onPty(argv, { folder });
    const end = ({ shown }: { shown: string }): string | undefined =>
      screenOf(shown)
        .filter((line) => line !== "")
        .at(-1);
    expect(end(zero)).toBe(end(usual));
    if (argv[0] === "write") rmSync(join(folder, "zero.img"));
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("%s ends a verification there", async (signal) => {
    const { exitCode, shown } = await onPty(["verify", "padded.iso"], {
      folder,
      columns: 0,
      signalling: [bar, signal],
    });
    expect(exitCode).toBe(130);
    expect(screenOf(shown).join("\n")).toContain("stopping ...");
  });
});

describe.skipIf(!judge("python3"))("Ctrl-C", () => {
  it("leaves a clean line, the cursor, and 130; of a write a guest's terminal shows it", async () => {
    const { exitCode, shown } = await onPty(["verify", "padded.iso"], { folder, typing: [bar, "\u0003"] });
    expect(exitCode).toBe(130);
    const lines = screenOf(shown);
    // Nothing of a bar, and no ^C, stands in front of what is said.
    expect(lines).toContain("stopping ... (Ctrl-C again ends it at once)");
    expect(lines.filter((line) => line.startsWith("win7usb: "))).toHaveLength(1);
    expect(lines.at(-1)).toBe("");
    expect(shown.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(shown.lastIndexOf("\u001b[?25l"));
  });
});

describe.skipIf(!judge("python3"))("characters and colours", () => {
  it("are ASCII without UTF-8, bars and spinner too", async () => {
    for (const argv of [
      ["verify", "win7.iso", "--deep"],
      ["write", "win7.iso", "ascii.img"],
    ]) {
      const { exitCode, shown } = await onPty(argv, { folder, environment: { LC_ALL: "C" } });
      expect(exitCode).toBe(0);
      // oxlint-disable-next-line no-control-regex
      expect(shown).toMatch(/^[\u0000-\u007f]*$/);
      expect(shown).toMatch(/[#-]{8}.*100%/);
    }
    rmSync(join(folder, "ascii.img"));
    expect((await onPty(["verify", "win7.iso", "--deep"], { folder })).shown).toMatch(/━/);
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: "" }, true],
    [{ NO_COLOR: "0" }, false],
    [{ NO_COLOR: "1" }, false],
    [{ TERM: "dumb" }, false],
  ])("with %j are coloured: %s", async (environment, isColored) => {
    const { shown } = await onPty(["inspect", "win7.iso", "--verbose"], { folder, environment });
    // Warnings are yellow.
    expect(color.test(shown)).toBe(isColored);
  });

  it("CI has progress in lines, and no bar", async () => {
    const { shown } = await onPty(["verify", "win7.iso"], { folder, environment: { CI: "" } });
    expect(shown).toMatch(/━/);
    const inLines = await onPty(["verify", "win7.iso"], { folder, environment: { CI: "1" } });
    expect(inLines.shown).not.toMatch(/━/);
    expect(inLines.shown).toMatch(/hashing win7\.iso: 100% of/);
  });
});

describe.skipIf(!judge("python3"))("an image file", () => {
  it("is told with its SHA-256 at the end", async () => {
    const { shown } = await onPty(["write", "win7.iso", "hashed.img"], { folder });
    const sha256 = createHash("sha256")
      .update(readFileSync(join(folder, "hashed.img")))
      .digest("hex");
    rmSync(join(folder, "hashed.img"));
    const lines = screenOf(shown);
    const done = lines.findIndex((line) => line.startsWith("done: hashed.img"));
    expect(lines.slice(done, done + 4)).toContain(`  SHA-256 ${sha256}`);
  });
});

describe("what is told without --verbose", () => {
  const head = (argv: readonly string[]): string => runProgram(["verify", ...argv], folder).out;

  it("begins with the verdict and the edition, then what to do, and keeps the rest", () => {
    const short = head(["cut.iso"]);
    expect(short).toMatch(/^Damaged: .*\n(?: +x .*\n(?: {4,}.*\n)*)+ +next step /);
    const sound = head(["win7.iso"]);
    expect(sound).toMatch(/^Intact as far as was checked: Windows 7 Professional with Service Pack 1, x86,?\s/);
    expect(sound.indexOf("Setup offers")).toBeLessThan(sound.indexOf("SHA-1"));
    expect(sound).toMatch(/--verbose tells what was checked/);
    const all = head(["win7.iso", "--verbose"]);
    for (const told of [
      /^ {2}checked {2,}/m,
      /support {2,}/,
      /^Checks$/m,
      /^Hashes$/m,
      /^Editions$/m,
      /^Before Setup$/m,
    ]) {
      expect([told.test(sound), told.test(all)]).toEqual([false, true]);
    }
  });

  it("inspect --verbose shows what its help promises: editions, boot images, file systems and boot entries", () => {
    const { out } = runProgram(["inspect", "win7.iso", "--verbose"], folder);
    for (const title of ["Editions in", "Boot images in", "File systems", "Boot entries"])
      expect(out).toContain(`\n${title}`);
    expect(out).toMatch(/image 5 +Windows 7 Ultimate, Ultimate \(x86, 7601\.17514, en-US\)/);
    expect(out).toMatch(/image 2 +Microsoft Windows Setup \(x86\) \(x86, \d+, it starts\)/);
    expect(out).toMatch(/UDF 1\.02 +label GSP1RMCPRFRER_EN_DVD\n +ISO 9660 +label/);
    expect(out).toMatch(/BIOS +no emulation, 8 sectors from sector \d+/);
    expect(runProgram(["inspect", "win7.iso"], folder).out).not.toContain("Boot entries");
  });
});
