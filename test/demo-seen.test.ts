/** The demo's last line says what was seen, and nothing where it was not. */
import { expect, it } from "vitest";
import { seenWords } from "../fixtures/demo/seen.js";

const machine = { fileSystem: "FAT32", bus: "EHCI (USB 2)" };
const line =
  "BOOTMGR-PROBE cs=2000 ip=0000 dl=80 edd=01 sector=ok checksum=ok ss=0000 ds=2000 es=0000 bp=7C00 result=ok";

it("is a sentence of what started from where", () => {
  expect(seenWords(line, machine)).toMatch(
    /^Seen: our boot code started BOOTMGR from FAT32, through EHCI \(USB 2\): all 383786 bytes of it, read by LBA \(EDD\) from BIOS drive 80h\./,
  );
  expect(seenWords(line.replace("edd=01", "edd=00"), machine)).toContain("by cylinder, head and sector");
});

it.each([line.replace("checksum=ok", "checksum=changed"), line.replace("result=ok", "result=wrong"), "Press any key"])(
  "is nothing for %s",
  (other) => expect(seenWords(other, machine)).toBeNull(),
);
