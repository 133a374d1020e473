/** An image, or what is added to it, that changes while the built program reads it: exit code 3, and nothing boots. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents, parseOutput } from "../support/json-output.js";
import { meanwhile } from "../support/meanwhile.js";
import { sample } from "../support/sample.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-changing-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A byte of install.wim's place in the image, where nothing but the file's times tells of it. */
function changeInPlace(file: string): void {
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[bytes.length - 5000]! ^= 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

/** Large enough that the write lasts for a while after its plan is told. */
const slow = ["--size", "128M"];

const changes: readonly [string, (file: string) => void][] = [
  ["bytes in place, with the old time", changeInPlace],
  [
    "cut and made as long again",
    (file) => {
      const { size } = statSync(file);
      truncateSync(file, size - 4096);
      truncateSync(file, size);
    },
  ],
];

describe("what changes while it is written", () => {
  it.each(sample(changes, 1))(
    "as an image (%s) ends the write with 3 and leaves no image file",
    async (name, change) => {
      const place = mkdtempSync(join(folder, "image-"));
      const changing = join(folder, `${name}.iso`);
      copyFileSync(iso, changing);
      const argv = ["write", changing, join(place, "usb.img"), "--json", ...slow];
      const { exitCode, out } = await meanwhile(argv, '"event":"phase","phase":"write"', () => change(changing));
      expect(exitCode, out).toBe(3);
      expect(parseEvents(out).at(-1)).toMatchObject({ event: "error", code: "image-changed" });
      expect(readdirSync(place)).toEqual([]);
    },
  );

  it("as a file that is added ends it, too", async () => {
    const place = mkdtempSync(join(folder, "added-"));
    const added = join(folder, "added");
    mkdirSync(added);
    writeFileSync(join(added, "readme.txt"), "as it was");
    const argv = ["write", iso, join(place, "usb.img"), "--add", added, "--json", ...slow];
    const { exitCode, out } = await meanwhile(argv, '"event":"phase","phase":"write"', () => {
      writeFileSync(join(added, "readme.txt"), "as it is");
    });
    expect(exitCode, out).toBe(3);
    expect(parseEvents(out).at(-1)).toMatchObject({ event: "error", code: "input-changed" });
    expect(readdirSync(place)).toEqual([]);
  });
});

it("an image that changes while it is verified has no verdict", async () => {
  const changing = join(folder, "verified.iso");
  copyFileSync(iso, changing);
  truncateSync(changing, statSync(iso).size + 256 * MiB);
  const argv = ["verify", changing, "--json"];
  const { exitCode, out } = await meanwhile(argv, "hashing", () =>
    truncateSync(changing, statSync(iso).size + 300 * MiB),
  );
  expect(exitCode).toBe(3);
  expect(parseOutput("verify", out)).toMatchObject({ error: { code: "image-changed" } });
});
