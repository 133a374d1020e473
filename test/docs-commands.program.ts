/**
 * The command lines in the pages for people do what the pages say: each is run on fixtures of the names that it uses, with
 * image files in the place of drives.
 */
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedLines, infText } from "../fixtures/drivers/inf.js";
import { programFile } from "../fixtures/drivers/program.js";
import { updateMsu } from "../fixtures/updates/updates.js";
import { answerFile, shapedKey, userData } from "../fixtures/windows7/answer-file.js";
import { withInboxInfs } from "../fixtures/windows7/inbox-infs.js";
import { peBootWim, peTree } from "../fixtures/windows7/setup-image.js";
import { encodeLine } from "../src/station/journal-line.js";
import { writeDemoImage } from "./support/demo-image.js";
import { withFlippedBit } from "./support/flipped-bit.js";
import { commandsOf, pages, type PageCommand } from "./support/page-commands.js";
import { runProgram } from "./support/program.js";
import { sample } from "./support/sample.js";
import { journalLine } from "./support/station-sticks.js";

/** What is understood only (docs-commands.test.ts), and why. */
const notRun: Readonly<Record<string, string>> = {
  "": "asks for everything at a terminal: test/cli/guided.devices.ts",
  "write win7.iso": "asks for a drive at a terminal: test/cli/picker.devices.ts",
  "read /dev/sr0 win7.iso": "needs an optical drive: test/boot/disc-kernel.boot.ts",
  "station win7.iso": "asks at a terminal: test/cli/station.devices.ts",
  "station win7.iso --only 'SanDisk*' --max-size 64GB": "asks at a terminal: test/cli/station.devices.ts",
  "write win7.iso /dev/sdb --only-changed": "is for drives alone: test/oracle/check.devices.ts",
};

/** Exit codes that are not 0: what the fixtures are is not what is asked for. */
const exitCodes: Readonly<Record<string, number>> = {
  "verify damaged.iso --deep": 3,
  // No hash of a fixture is Microsoft's.
  "verify win7.iso --require edition=Professional,arch=x86,sp=1,language=en-US,genuine": 4,
  "verify win7.iso --deep --require edition=Professional,language=en-US,genuine": 4,
  // Windows 7 has no driver for the USB controller of that machine.
  "inspect win7.iso --machine machine.txt": 4,
};

const all = pages.flatMap(commandsOf);
const commands = [...new Map(all.map((command) => [`${command.line} ${command.field?.join(".")}`, command])).values()];
const run = commands.filter(({ line }) => notRun[line] === undefined);

const unsigned = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };

/** `/dev/sdX` is an image file of that name. */
const withoutDrives = (word: string): string => word.replace(/^\/dev\/(sd\w)$/, "$1.img");

let folder: string;
/** A folder with what commands read; `image`: what a write made of its ISO. */
let fixtures: string;
let image: string;
const put = (name: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(fixtures, name)), { recursive: true });
  writeFileSync(join(fixtures, name), content);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-commands-"));
  fixtures = join(folder, "fixtures");
  mkdirSync(fixtures);
  const bootWim = await peBootWim({ environment: withInboxInfs(peTree(), "setup") });
  const iso = await writeDemoImage(fixtures, { bootWim });
  put("damaged.iso", await withFlippedBit(readFileSync(iso)));
  put("machine.txt", readFileSync("fixtures/machines/desktop-h110.txt"));
  put("drivers/made.inf", infText(unsigned));
  put("drivers/made.sys", programFile("x86"));
  put("office.xml", answerFile(userData(shapedKey)));
  put("updates/windows6.1-kb4490628-x86.msu", updateMsu({ kb: 4_490_628 }));
  put("extras/readme.txt", "Room 4\r\n");
  put("win7usb-station.jsonl", encodeLine(journalLine()));
  image = join(folder, "usb.img");
  expect(runProgram(["write", iso, image, "--quiet"]).exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with what a command reads; nothing lies where it writes. */
function placeFor({ words: [command] }: PageCommand): string {
  const place = mkdtempSync(join(folder, "run-"));
  for (const entry of readdirSync(fixtures, { withFileTypes: true })) {
    const from = join(fixtures, entry.name);
    if (entry.isDirectory()) cpSync(from, join(place, entry.name), { recursive: true });
    else linkSync(from, join(place, entry.name));
  }
  const drives = command === "write" ? [] : ["usb", "sdX", "sdb", "sdc"];
  for (const drive of drives) linkSync(image, join(place, `${drive}.img`));
  return place;
}

describe("commands in the pages", () => {
  it("are all run, but for those that need a terminal or a drive", () => {
    expect(commands.length).toBeGreaterThan(30);
    const lines = commands.map(({ line }) => line);
    for (const line of [...Object.keys(notRun), ...Object.keys(exitCodes)]) expect(lines).toContain(line);
  });

  it.each(sample(run, 3, ({ words }) => words[0]))("win7usb $line", (command) => {
    const place = placeFor(command);
    const { exitCode, out, err } = runProgram(command.words.map(withoutDrives), place);
    expect(exitCode, err).toBe(exitCodes[command.line] ?? 0);
    if (command.field !== null) {
      const value = command.field.reduce((object, name) => (object as Record<string, unknown>)[name], JSON.parse(out));
      expect(value).toEqual(expect.any(String));
    }
    rmSync(place, { recursive: true });
  });
});
