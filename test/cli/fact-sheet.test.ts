/** What will be lost, in words. */
import { expect, it } from "vitest";
import { driveFacts } from "../../src/cli/render/fact-sheet.js";
import { styleFor } from "../../src/cli/style.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { stick } from "../support/stick.js";

it.each([
  [undefined, "/dev/sdb1 (17.2 GB)"],
  [
    [{ device: "/dev/sdb1", fileSystem: "fat32", label: "HOLIDAY", used: 3_200_000_000 }],
    '/dev/sdb1 (17.2 GB, FAT32 "HOLIDAY", 3.20 GB used)',
  ],
  [
    [{ device: "/dev/sdb1", fileSystem: null, label: "a\u001b[2Jb", used: null }],
    '/dev/sdb1 (17.2 GB, "a\\u001b[2Jb")',
  ],
  [[{ device: "/dev/sdb9", fileSystem: "ntfs", label: null, used: 1 }], "/dev/sdb1 (17.2 GB)"],
])("volumes %j: %s", (volumes, words) => {
  const drive = volumes === undefined ? stick : { ...stick, volumes };
  const facts = driveFacts(drive, styleFor(fakeTerminal()));
  expect(facts).toContainEqual(["will be lost", words]);
});
