/** `--require` through the command line: what is met, what is not and why, and what to do about it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeWim } from "../../fixtures/wim/writer.js";
import type { Windows7Options } from "../../fixtures/windows7/tree.js";
import { writeDemoImage } from "../support/demo-image.js";
import { verify, verifyText } from "../support/verify-command.js";
import { imageOf } from "../support/windows-images.js";
import { parseOutput } from "../support/json-output.js";

const discs = {
  "retail disc": { payloadSize: 1000 },
  "disc without ei.cfg": { payloadSize: 1000, editions: ["Professional", "HomePremium"], offered: null },
  "German x64 disc without service pack": {
    payloadSize: 1000,
    editions: ["Ultimate"],
    architecture: "x64",
    build: 7600,
    spBuild: 16385,
    spLevel: 0,
    language: "de-DE",
    offered: null,
  },
  "disc whose ei.cfg names what it does not hold": {
    payloadSize: 1000,
    editions: ["Ultimate"],
    offered: { editionId: "Enterprise", channel: "Volume" },
  },
} as const satisfies Record<string, Windows7Options>;
const nameless = "disc whose images say nothing but a name";

let folder: string;
const isos = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-requirements-"));
  for (const [name, options] of Object.entries(discs)) {
    isos.set(name, await writeDemoImage(folder, options, `${isos.size}.iso`));
  }
  const wim = await writeWim([{ ...imageOf({}), name: "Windows 7 PROFESSIONAL" }]);
  const installWim = withoutElements(wim, ["EDITIONID", "ARCH", "SPLEVEL", "LANGUAGES"]);
  const options = { payloadSize: 1000, editions: [], offered: null, installWim };
  isos.set(nameless, await writeDemoImage(folder, options, "nameless.iso"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The WIM with these elements of its XML data under names that nobody asks for; nothing covers the XML data. */
function withoutElements(wim: Uint8Array, names: readonly string[]): Uint8Array {
  const changed = Buffer.from(wim);
  for (const name of names) {
    for (const tag of [`<${name}>`, `</${name}>`]) {
      const at = changed.indexOf(Buffer.from(tag, "utf16le"));
      changed.write("X", at + 2 * tag.indexOf(name), "utf16le");
    }
  }
  return changed;
}

/** Image, what is required of it, and what is said of each that is not met. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["retail disc", ["edition=Professional", "arch=x86", "sp=1", "language=en-US"], []],
  ["retail disc", ["edition=PROFESSIONAL", "language=EN-us"], []],
  ["retail disc", ["edition=Windows 7 Professional"], []],
  [
    "retail disc",
    ["edition=Home Premium", "edition=Enterprise", "arch=x64", "sp=0", "language=de-DE", "genuine"],
    [
      "edition=Home Premium: Setup offers Professional, although the image holds Home Premium too (sources/ei.cfg chooses)",
      "edition=Enterprise: Setup offers Professional",
      "arch=x64: the image has the architecture x86",
      "sp=0: the image has the service pack 1",
      "language=de-DE: the image has en-US",
      "genuine: its hash is none of the published ones",
    ],
  ],
  ["disc without ei.cfg", ["edition=home premium", "edition=professional"], []],
  ["disc without ei.cfg", ["edition=HomePremium", "edition=Home-Premium"], []],
  ["disc without ei.cfg", ["edition=Ultimate"], ["edition=Ultimate: the image holds Professional, HomePremium"]],
  [
    "German x64 disc without service pack",
    ["edition=Ultimate", "language=de-DE", "arch=x86", "sp=1"],
    ["arch=x86: the image has the architecture x64", "sp=1: the image has the service pack 0"],
  ],
  [
    "disc whose ei.cfg names what it does not hold",
    ["edition=Enterprise", "edition=Ultimate", "edition=Starter"],
    [
      "edition=Enterprise: sources/ei.cfg selects Enterprise, but the image holds Ultimate",
      "edition=Ultimate: Setup offers Enterprise, although the image holds Ultimate too (sources/ei.cfg chooses)",
      "edition=Starter: Setup offers Enterprise",
    ],
  ],
  [
    nameless,
    ["edition=Professional", "arch=x86", "sp=1", "language=en-US"],
    [
      `edition=Professional: the image does not say its edition: image 1 is named "Windows 7 PROFESSIONAL"`,
      "arch=x86: the image does not say its architecture",
      "sp=1: the image does not say its service pack",
      "language=en-US: the image does not say its language",
    ],
  ],
];

describe("what is required", () => {
  it.each(cases)("of a %s: %j", async (name, required, expected) => {
    const allow = ["--allow", "x64", "--allow", "rtm"];
    const { exitCode, report } = await verify(isos.get(name)!, ...allow, "--require", ...required);
    expect(report.unmet.map(({ requirement, message }) => `${requirement}: ${message}`)).toEqual(expected);
    expect([exitCode, report.verdict]).toEqual(expected.length === 0 ? [0, "intact"] : [4, "unsuitable"]);
  });

  it("is told to a person, each by itself, with what to do", async () => {
    const { exitCode, out } = await verifyText(isos.get("retail disc")!, "--require", "edition=Ultimate", "genuine");
    expect(exitCode).toBe(4);
    const text = out.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/^Unsuitable: Windows 7/);
    expect(text).toContain("x not met: edition=Ultimate: Setup offers Professional, although");
    expect(text).toContain("x not met: genuine: its hash is none of the published ones");
    expect(text).toContain("next step Without sources/ei.cfg on the stick, Setup offers all of them.");
    expect(text).toContain("next step Compare its SHA-1 with one that Microsoft published");
  });

  it("and what the image is not are told together", async () => {
    const path = isos.get("German x64 disc without service pack")!;
    const { exitCode, report } = await verify(path, "--require", "sp=1");
    expect([exitCode, report.verdict, report.unmet.length]).toEqual([4, "unsuitable", 1]);
    const { out } = await verifyText(path, "--require", "sp=1");
    const text = out.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/^Unsuitable: .*x the image is x64 .*x the image has no Service Pack 1.*x not met: sp=1: /);
    expect(text).toContain("next step Take the x86 (32-bit) image, or allow this one with --allow x64.");
  });
});

describe("what cannot be required", () => {
  it.each([
    ["colour=red", "edition=..., arch=..., sp=..., language=..., sha1=..., sha256=... or genuine"],
    ["edition=Home", "Starter, HomeBasic, HomePremium, Professional, Enterprise or Ultimate"],
    ["edition=Windows 8 Professional", "Starter, HomeBasic"],
    ["edition= ", "Starter, HomeBasic"],
    ["arch=arm64", "x86 or x64"],
    ["sp=01", "0 or 1"],
    ["language=english", "a language tag such as en-US"],
  ])("%s is wrong usage, and what can be is listed", async (text, expected) => {
    const { exitCode, out, err } = await verifyText(isos.get("retail disc")!, "--require", text);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err.replaceAll(/\s+/g, " ")).toContain(expected);
    const { out: json } = await verifyText(isos.get("retail disc")!, "--json", "--require", text);
    expect(parseOutput("verify", json)).toMatchObject({
      schema: 1,
      error: { code: "usage", data: { requirement: text.trim() } },
    });
  });
});
