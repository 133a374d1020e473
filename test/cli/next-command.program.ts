/** A command line that lacks a word is answered with the one that was probably meant. */
import { describe, expect, it } from "vitest";
import { runProgram } from "../support/program.js";

describe("what can be typed instead", () => {
  it.each([
    [
      ["write", "win7.iso"],
      ["win7usb write win7.iso /dev/sdX", "win7usb write win7.iso win7.img", "win7usb drives"],
    ],
    [["write", "-f", "ntfs", "my disc.iso"], ["win7usb write 'my disc.iso' 'my disc.img'"]],
    [["win7.iso"], ["win7usb verify win7.iso", "win7usb write win7.iso /dev/sdX"]],
    [["./somewhere/DISC.ISO", "--json"], ["win7usb verify ./somewhere/DISC.ISO"]],
    [["/dev/sdq"], ["win7usb check /dev/sdq", "win7usb write <iso> /dev/sdq"]],
    [["check"], ["win7usb check /dev/sdX"]],
    [["verify"], ["win7usb verify win7.iso"]],
    [["write"], ["win7usb write win7.iso /dev/sdX"]],
  ])("for %j", (words, lines) => {
    const { exitCode, err } = runProgram(words);
    expect(exitCode).toBe(2);
    for (const line of lines) expect(err).toContain(`  ${line}`);
    expect(err).not.toContain("Commands:");
  });

  it("is nothing where a word is misspelt", () => {
    const { exitCode, err } = runProgram(["verfy", "win7.iso"]);
    expect([exitCode, err.includes("Next:")]).toEqual([2, false]);
    expect(err).toContain("Did you mean verify?");
  });

  it("cannot steer the terminal", () => {
    const { err } = runProgram(["write", "\u001b[31m.iso"]);
    expect(err.slice(err.indexOf("Next:"))).not.toContain("\u001b");
  });
});
