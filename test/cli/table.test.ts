/** Tables for people: a name is never cut in two where there is something else to make narrower. */
import { expect, it } from "vitest";
import { table } from "../../src/cli/render/table.js";
import { styleFor } from "../../src/cli/style.js";
import { fakeTerminal } from "../support/fake-terminal.js";

const head = ["DRIVE", "SIZE", "BUS", "MODEL", "SERIAL", "HOLDS", "MOUNTED", "REFUSED"];
const long = "/srv/machines/hall-3/backup-of-the-year";

it.each([
  [["/dev/vda", "275 GB", "virtio", "-", "overlayblk", "-", long, "system-disk target-in-use fixed-disk"]],
  [["/dev/loop4", "134 MB", "loop", "-", "4C530001", '"E\\u001b[31mvil"', long, "sector-size target-in-use"]],
  [["/dev/sdb", "8.00 GB", "usb", "SanDisk Ultra", "4C530001", "NTFS", long, "target-read-only"]],
])("of 80 columns has whole names beside a long path: %j", (row) => {
  const lines = table(head, [row], styleFor(fakeTerminal()), 80).split("\n");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  const words = lines.flatMap((line) => line.split(/\s+/));
  for (const name of row[7]!.split(" ")) expect(words).toContain(name);
  for (const name of [row[0]!, row[4]!]) expect(words).toContain(name);
});

it("of fewer columns than its names have is broken all the same", () => {
  const lines = table(head, [head.map(() => "a-name-of-twenty-two-b")], styleFor(fakeTerminal()), 80).split("\n");
  expect(lines.join("").replaceAll(/\s+/g, "")).toContain("DRIVE");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(8 * 14);
});

it("into a pipe has one line for each row", () => {
  const row = ["/dev/vda", "275 GB", "virtio", "-", "overlayblk", "-", `${long} ${long}`, "system-disk target-in-use"];
  const [first, second, ...rest] = table(head, [row], styleFor(fakeTerminal()), null).split("\n");
  expect(first).toMatch(/^DRIVE .* REFUSED$/);
  expect(second).toContain(row.slice(-2).join("  "));
  expect(rest).toEqual([""]);
});
