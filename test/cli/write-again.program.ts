/** What `check` says to make a damaged image file whole again is the write that made it, with all its options. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeDemoImage } from "../support/demo-image.js";
import { runProgram } from "../support/program.js";

let folder: string;
let iso: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-again-"));
  iso = await writeDemoImage(folder);
  mkdirSync(join(folder, "extras"));
  writeFileSync(join(folder, "extras/marked.txt"), "these bytes are nowhere else");
  writeFileSync(join(folder, "extras/second.txt"), "2");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said below `To make it whole again:`, and the image file before and after its command has run. */
function mended(...options: string[]) {
  const image = join(folder, "usb.img");
  rmSync(image, { force: true });
  const { exitCode, err } = runProgram(["write", iso, image, ...options]);
  expect(exitCode, err).toBe(0);
  const whole = readFileSync(image);
  const damaged = Buffer.from(whole);
  const at = damaged.indexOf("[AutoRun.Amd64]");
  damaged[at]! ^= 1;
  writeFileSync(image, damaged);
  const checked = runProgram(["check", image]);
  expect(checked.exitCode).toBe(7);
  const command = /To make it whole again: win7usb (write .*)\.$/.exec(checked.out.replaceAll(/\s+/g, " ").trim())?.[1];
  const words = (command ?? "")
    .replaceAll("'", "")
    .replace("<iso>", iso)
    .replaceAll("<the same folder>", join(folder, "extras"))
    .split(" ");
  const again = runProgram(words);
  expect(again.exitCode, again.err).toBe(0);
  return { command: command?.replace(image, "usb.img"), isTheSame: readFileSync(image).equals(whole) };
}

it("names the size alone where nothing else was asked for", () => {
  expect(mended()).toEqual({ command: "write <iso> usb.img --force --size 64M", isTheSame: true });
});

it("names all that was asked for, and what was added without its path", () => {
  const words = ["-f", "ntfs", "--label", "HELLO", "--size", "100M", "--signature", "1a2b3c4d", "--edition", "starter"];
  words.push("--boot-prompt");
  expect(mended(...words, "--add", `${join(folder, "extras")}=sources/$OEM$`)).toEqual({
    command:
      "write <iso> usb.img --force --filesystem ntfs --label HELLO --size 100M --signature 1a2b3c4d " +
      "--boot-prompt " +
      "--add <the same folder>'=sources/$OEM$' --edition Starter",
    isTheSame: true,
  });
});
