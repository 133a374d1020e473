/** Names, labels and times as FAT32 keeps them: tables of cases and properties. */
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { fatLabel } from "../../src/volumes/fat32/plan/label.js";
import { longEntryCount, shortNameChecksum, writeLongName } from "../../src/volumes/fat32/records/long-name.js";
import { nameFault } from "../../src/volumes/windows-names.js";
import { fatNames } from "../../src/volumes/fat32/plan/short-name.js";
import { fatTime } from "../../src/volumes/fat32/records/time.js";
import { anyText } from "./any-text.js";

const legalShort = /^[A-Z0-9$%'\-_@~`!(){}^#& ]{11}$/;

/** The specification's sum by its definition: rotate the byte right by one bit, add the character, drop the carry. */
function checksumByBits(name: string): number {
  let bits = "00000000";
  for (const character of name) {
    const sum = Number.parseInt(bits.at(-1)! + bits.slice(0, 7), 2) + character.charCodeAt(0);
    bits = (sum % 256).toString(2).padStart(8, "0");
  }
  return Number.parseInt(bits, 2);
}

describe("short names", () => {
  it.each([
    // A name that is a short one, with the flags for lower case in base (08h) and extension (10h).
    ["BOOTMGR", "BOOTMGR    ", 0x00, null],
    ["bootmgr", "BOOTMGR    ", 0x08, null],
    ["autorun.inf", "AUTORUN INF", 0x18, null],
    ["SETUP.exe", "SETUP   EXE", 0x10, null],
    ["setup.EXE", "SETUP   EXE", 0x08, null],
    ["wgl4_boot.ttf", "WGL4_B~1TTF", 0x00, "wgl4_boot.ttf"],
    ["en-us", "EN-US      ", 0x08, null],
    ["1234.567", "1234    567", 0x00, null],
    // One that fits but for its mixed case keeps its letters and gets no tail.
    ["BootMgr", "BOOTMGR    ", 0x00, "BootMgr"],
    ["en-US", "EN-US      ", 0x00, "en-US"],
    ["a.Txt", "A       TXT", 0x00, "a.Txt"],
    // Everything else gets a tail.
    ["TextFile.Mine.txt", "TEXTFI~1TXT", 0x00, "TextFile.Mine.txt"],
    ["install_Windows 7 ULTIMATE.clg", "INSTAL~1CLG", 0x00, "install_Windows 7 ULTIMATE.clg"],
    ["a b.txt", "AB~1    TXT", 0x00, "a b.txt"],
    ["ver +1.2.text", "VER_12~1TEX", 0x00, "ver +1.2.text"],
    [".login", "LOGIN~1    ", 0x00, ".login"],
    ["..a", "A~1        ", 0x00, "..a"],
    ["bootmgr.long", "BOOTMG~1LON", 0x00, "bootmgr.long"],
    ["x.html", "X~1     HTM", 0x00, "x.html"],
    ["Näme.txt", "N_ME~1  TXT", 0x00, "Näme.txt"],
    ["ä", "_~1        ", 0x00, "ä"],
    ["日本語", "___~1      ", 0x00, "日本語"],
    ["ß.txt", "_~1     TXT", 0x00, "ß.txt"],
    ["+[]", "___~1      ", 0x00, "+[]"],
  ])("%s is stored as %j, flags %d, long name %j", (name, shortName, caseFlags, longName) => {
    expect(fatNames([name])).toEqual([{ shortName, caseFlags, longName }]);
  });

  it("lets aliases give way to names that are short ones, wherever they stand", () => {
    const names = ["TextFile1.txt", "TextFile2.txt", "textfi~1.txt", "TEXTFI~3.TXT", "TextFile3.txt"];
    expect(fatNames(names).map(({ shortName }) => shortName)).toEqual([
      "TEXTFI~2TXT",
      "TEXTFI~4TXT",
      "TEXTFI~1TXT",
      "TEXTFI~3TXT",
      "TEXTFI~5TXT",
    ]);
  });

  it("shortens the base as the tail grows", () => {
    const aliases = fatNames(Array.from({ length: 1000 }, (_, index) => `Long file name ${index}.dat`));
    expect([0, 8, 9, 98, 99, 999].map((index) => aliases[index]!.shortName)).toEqual([
      "LONGFI~1DAT",
      "LONGFI~9DAT",
      "LONGF~10DAT",
      "LONGF~99DAT",
      "LONG~100DAT",
      "LON~1000DAT",
    ]);
  });

  it("finds 20,000 aliases of one prefix without trying each against each", () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `Prefix ${index} of many.bin`);
    const tried = vi.spyOn(Set.prototype, "has");
    const stored = fatNames(names);
    const tries = tried.mock.calls.length;
    tried.mockRestore();
    // One number for each name; trying all numbers anew for each name is 200 million.
    expect(tries).toBe(20_000);
    expect(new Set(stored.map(({ shortName }) => shortName)).size).toBe(20_000);
  });

  it("are legal and unique, and plain names keep theirs", () => {
    const part = fc.string({
      unit: fc.constantFrom("a", "b", "A", "B", "1", "~", ".", " ", "+", "é", "日"),
      minLength: 1,
      maxLength: 14,
    });
    const names = fc.uniqueArray(part, { selector: (name) => name.toUpperCase(), maxLength: 60 });
    fc.assert(
      fc.property(names, (given) => {
        const legal = given.filter((name) => nameFault(name) === null);
        const stored = fatNames(legal);
        expect(new Set(stored.map(({ shortName }) => shortName)).size).toBe(legal.length);
        for (const [index, { shortName, longName }] of stored.entries()) {
          expect(shortName).toMatch(legalShort);
          expect(shortName).toMatch(/^[^ ]/);
          if (longName !== null) expect(longName).toBe(legal[index]);
        }
      }),
    );
  });
});

describe("long names", () => {
  it("have the specification's checksum", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9~_ ]{11}$/), (name) => {
        expect(shortNameChecksum(name)).toBe(checksumByBits(name));
      }),
    );
  });

  it("lie in the order and with the padding that the specification shows", () => {
    const name = "The quick brown.fox";
    const target = new Uint8Array(longEntryCount(name) * 32);
    expect(writeLongName(target, 0, name, "THEQUI~1FOX")).toBe(64);
    const units = (at: number): string =>
      [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30]
        .map((offset) => target[at + offset]! | (target[at + offset + 1]! << 8))
        .map((unit) => (unit === 0 ? "|" : unit === 0xffff ? "#" : String.fromCharCode(unit)))
        .join("");
    expect([target[0], target[11], target[12], target[13], target[26]]).toEqual([0x42, 0x0f, 0, 0x07, 0]);
    expect(units(0)).toBe("wn.fox|######");
    expect([target[32], target[43], target[45]]).toEqual([0x01, 0x0f, 0x07]);
    expect(units(32)).toBe("The quick bro");
  });

  it.each([
    [1, 1],
    [12, 1],
    [13, 1],
    [14, 2],
    [26, 2],
    [255, 20],
  ])("of %d units take %d entries", (units, entries) => {
    expect(longEntryCount("n".repeat(units))).toBe(entries);
  });
});

describe("what FAT cannot hold", () => {
  it.each([
    ["", "is empty"],
    [".", "ends in a dot"],
    ["..", "ends in a dot"],
    ["a.", "ends in a dot"],
    ["a ", "ends in a dot or blank"],
    ["a/b", '"/"'],
    ["a\\b", '"\\\\"'],
    ["a\0b", '"\\u0000"'],
    ["a:b", '":"'],
    ['a"b', "holds"],
    ["a*", "holds"],
    ["a?", "holds"],
    ["a<b", "holds"],
    ["a>b", "holds"],
    ["a|b", "holds"],
    ["a\u001f", "holds"],
    ["a".repeat(256), "256 UTF-16 units, expected at most 255"],
    ["a\ud800", "well-formed"],
    ["\udc00a", "well-formed"],
    ...["con", "Aux.txt", "nul.tar.gz", "PRN", "com1", "LPT9.x", "com\u00b9", "con .txt"].map((name) => [
      name,
      "device",
    ]),
  ])("%j: %s", (name, fault) => expect(nameFault(name)).toContain(fault));

  it.each([
    "a",
    "a".repeat(255),
    " a",
    ".a",
    "com0",
    "con1",
    "conx.txt",
    "a.con",
    "lpt",
    "a;b,c=d[e]+f",
    "\u007f",
    "😀",
    "日本語.txt",
  ])("but %j it can", (name) => {
    expect(nameFault(name)).toBeNull();
  });
});

describe("labels", () => {
  it.each([
    ["GSP1RMCULFRER_EN_DVD", "GSP1RMCULFR"],
    ["grmcprvol_en_dvd", "GRMCPRVOL_E"],
    ["Windows 7 SP1", "WINDOWS 7 S"],
    ["Windows 7.1", "WINDOWS 7_1"],
    [" a b ", "A B"],
    ["ABCDEFGHIJ K", "ABCDEFGHIJ"],
    ["Größe", "GR__E"],
    ["a😀b", "A_B"],
    ["a+b/c", "A_B_C"],
    ["bootmgr", "BOOTMGR_"],
    ["BOOTMGR", "BOOTMGR_"],
    ["BOOTMGRX", "BOOTMGRX"],
    ["", "WIN7USB"],
    ["日本", "WIN7USB"],
  ])("%j becomes %j", (text, label) => {
    expect(fatLabel(text)).toBe(label);
    expect(fatLabel(label)).toBe(label);
  });

  it("are legal whatever they are made from", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const label = fatLabel(text);
        expect(label.padEnd(11)).toMatch(legalShort);
        expect(label).toBe(label.trim());
        expect(label).not.toBe("BOOTMGR");
      }),
    );
  });
});

describe("times", () => {
  it.each([
    ["1980-01-01T00:00:00Z", 0x0021, 0x0000, 0],
    ["1970-01-01T00:00:00Z", 0x0021, 0x0000, 0],
    ["2010-11-20T22:25:01.239Z", 0x3d74, 0xb320, 123],
    ["2107-12-31T23:59:59.999Z", 0xff9f, 0xbf7d, 199],
    ["2200-01-01T00:00:00Z", 0xff9f, 0xbf7d, 199],
  ])("%s is date %d, time %d, hundredths %d", (text, date, time, hundredths) => {
    expect(fatTime(Date.parse(text))).toEqual({ date, time, hundredths });
  });

  it("are the calendar's", () => {
    const range = fc.integer({ min: Date.parse("1980-01-01T00:00:00Z"), max: Date.parse("2107-12-31T23:59:59Z") });
    fc.assert(
      fc.property(range, (instant) => {
        const { date, time, hundredths } = fatTime(instant);
        const back = Date.UTC(
          (date >> 9) + 1980,
          ((date >> 5) & 15) - 1,
          date & 31,
          time >> 11,
          (time >> 5) & 63,
          (time & 31) * 2,
          hundredths * 10,
        );
        expect(back).toBe(Math.floor(instant / 10) * 10);
      }),
    );
  });
});
