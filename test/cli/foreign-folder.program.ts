/** Root writes into a folder of somebody else's, who renames and links in it while the built program runs. */
import { existsSync, linkSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { parseEvents } from "../support/json-output.js";
import { meanwhile } from "../support/meanwhile.js";
import { sample } from "../support/sample.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-foreign-"));
  iso = await writeDemoImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const secret = "root's own";
const ways: readonly [string, (precious: string, place: string) => void][] = [
  ["a link", (precious, place) => symlinkSync(precious, place)],
  ["a hard link", (precious, place) => linkSync(precious, place)],
  ["a file", (_, place) => writeFileSync(place, "the attacker's")],
];

describe.runIf(process.platform === "linux")("in the place of the unfinished image file", () => {
  it.each(sample(ways, 1))("%s is not written to, and does not get the image's name", async (name, put) => {
    const precious = join(folder, `${name} to this`);
    writeFileSync(precious, secret, { mode: 0o600 });
    const place = mkdtempSync(join(folder, "place-"));
    const image = join(place, "usb.img");
    const argv = ["write", iso, image, "--json", "--size", "128M"];
    const { exitCode, out } = await meanwhile(argv, '"event":"phase","phase":"write"', () => {
      const temporary = join(
        place,
        readdirSync(place).find((each) => each.startsWith(".usb.img"))!,
      );
      renameSync(temporary, join(place, "stolen"));
      put(precious, temporary);
    });
    expect(exitCode, out).toBe(6);
    expect(parseEvents(out).at(-1)).toMatchObject({ event: "error", code: "write-failed" });
    expect(readFileSync(precious, "utf8")).toBe(secret);
    expect(existsSync(image)).toBe(false);
  });
});
