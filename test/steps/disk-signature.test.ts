/** The disk signature that follows from a drive's serial number. */
import { describe, expect, it } from "vitest";
import type { Drive, WriteTarget } from "../../src/drive/drive.js";
import { diskSignature } from "../../src/steps/disk-signature.js";
import { stick } from "../support/stick.js";

const targetOf = (facts: Partial<Drive>): WriteTarget => ({
  kind: "drive",
  path: stick.path,
  drive: { ...stick, ...facts },
});

describe("a disk signature by the serial number", () => {
  it("is the same for the same drive and another for another, and never 0", () => {
    const of = (serial: string) => diskSignature("serial", [targetOf({ serial })]);
    expect(of("4C530001")).toBe(of("4C530001"));
    const all = Array.from({ length: 5000 }, (_, number) => of(`4C53${number}`)!);
    expect(new Set(all).size).toBe(all.length);
    for (const each of all) expect(Number.isInteger(each) && each > 0 && each < 2 ** 32).toBe(true);
    // Written down once: sticks that were made must not get another one.
    expect(of("4C530001")).toMatchInlineSnapshot(`686529429`);
  });

  it.each([[null], [""]])("is refused where there is none: %j", (serial) => {
    expect(() => diskSignature("Serial", [targetOf({ serial })])).toThrow(
      expect.objectContaining({ code: "no-serial", exitCode: 5 }),
    );
  });

  it("is one drive's", () => {
    const two = [targetOf({ serial: "a" }), targetOf({ serial: "b" })];
    expect(() => diskSignature("serial", two)).toThrow(expect.objectContaining({ code: "usage" }));
    expect(diskSignature("00ff", two)).toBe(0xff);
    expect(diskSignature(undefined, two)).toBeUndefined();
  });
});
