/** What `verify` says of the image that starts: boot.wim as wimlib makes it, with and without what Setup needs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDisc } from "../support/disc.js";
import { judge } from "../support/judges.js";
import type { Verified } from "../support/verify-command.js";
import { verify } from "../support/verify-command.js";
import { makeFolder, removeFolder, windowsProperties, wimlib } from "../support/wimlib-trees.js";

/** Files of boot images; Setup lies in the root or in `sources`, in any case of letters. */
const trees = {
  environment: ["Windows/System32/winload.exe"],
  setup: ["Windows/System32/winload.exe", "setup.exe", "sources/recovery/RecEnv.exe"],
  "setup in sources": ["SOURCES/SETUP.EXE", "Sources/Recovery/recenv.EXE"],
  "setup without tools": ["setup.exe"],
} as const;
type Tree = keyof typeof trees;

describe.skipIf(!judge("wimlib-imagex"))("the image that starts", () => {
  let folder: string;
  const pathOf = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = makeFolder();
    for (const [name, files] of Object.entries(trees)) {
      for (const file of files) {
        mkdirSync(join(pathOf(name), file, ".."), { recursive: true });
        writeFileSync(join(pathOf(name), file), `${file} `.repeat(2000));
      }
    }
  });
  afterAll(() => {
    removeFolder(folder);
  });

  /** boot.wim with these images; the one of that number is set to boot, 0 = none. */
  function bootWim(images: readonly Tree[], bootIndex: number, options: readonly string[] = []): Buffer {
    const wim = pathOf(`boot-${images.join("-")}-${bootIndex}.wim`);
    for (const [index, name] of images.entries()) {
      const properties = windowsProperties("WindowsPE", { "WINDOWS/INSTALLATIONTYPE": "WindowsPE" });
      const boot = index + 1 === bootIndex ? ["--boot"] : [];
      const own = index === 0 ? ["--compress=LZX", ...options] : ["--rebuild"];
      const verb = index === 0 ? "capture" : "append";
      wimlib(verb, pathOf(name), wim, `Microsoft Windows ${index + 1} ${name}`, ...own, ...boot, ...properties);
    }
    return readFileSync(wim);
  }

  const verifyBoot = async (wim: Uint8Array, ...argv: string[]): Promise<Verified> =>
    verify(await writeDisc(folder, { "boot.wim": wim }), ...argv);
  const told = ({ report }: Verified): string[] =>
    ["setup-image", "recovery-tools", "agreement"].flatMap((id) =>
      report.checks
        .filter((check) => check.id === id && check.code !== "rebuilt")
        .map(({ status, message }) => `${status}: ${message}`),
    );

  it.each([
    [
      ["environment", "setup"],
      2,
      [/^pass: sources\/boot.wim: image 2 \(Microsoft Windows 2 setup\) .*setup\.exe/, /^pass/],
    ],
    [["setup", "environment"], 1, [/^pass: .*image 1 /, /^pass: .*image 1 /]],
    [["environment", "environment", "setup in sources"], 3, [/^pass: .*image 3 .*sources\/setup\.exe/, /^pass: /]],
    [
      ["setup", "environment"],
      2,
      [/^warn: .*image 2 .*holds none of setup.exe, sources\/setup.exe/, /^warn: .*image 2 has no recovery tools/],
    ],
    [["setup without tools"], 1, [/^pass: /, /^warn: .*image 1 has no recovery tools .*"Repair your computer"/]],
    [
      ["environment", "setup"],
      0,
      [
        /^skip: no image of sources\/boot.wim is set to boot/,
        /^skip: /,
        /^warn: no image of sources\/boot.wim is set to boot: a stick made of it does not start/,
      ],
    ],
  ] as const)("of %j, number %i", async (images, bootIndex, expected) => {
    const verified = await verifyBoot(bootWim(images, bootIndex), "--deep");
    expect([verified.exitCode, verified.report.verdict]).toEqual([0, "intact"]);
    const lines = told(verified);
    expect(lines).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(lines[index]).toMatch(pattern);
  });

  it("cannot be looked into where it is solid, which is told and no damage", async () => {
    const verified = await verifyBoot(bootWim(["setup"], 1, ["--solid"]), "--deep");
    expect([verified.exitCode, verified.report.verdict]).toEqual([4, "unsuitable"]);
    expect(told(verified)[0]).toMatch(/^skip: .*boot\.wim cannot be read that far: .*ESD/);
    expect(verified.report.unmet).toMatchObject([{ requirement: "deep" }]);
  });

  it("is missing: unsuitable, and which file is missing is told", async () => {
    const { exitCode, report } = await verify(await writeDisc(folder, { "boot.wim": null }), "--deep");
    expect([exitCode, report.verdict]).toEqual([4, "unsuitable"]);
    expect(report.checks.find(({ id }) => id === "boot-files")).toMatchObject({
      code: "no-boot-files",
      message: expect.stringMatching(/: sources\/boot\.wim$/),
    });
  });
});
