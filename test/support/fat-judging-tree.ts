/**
 * A directory shaped like a Windows 7 disc for other people's tools to read back: WIMs that wimlib made, and names and
 * sizes at the edges of what FAT32 can hold.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KiB, MiB } from "../../src/bytes/units.js";
import { judge } from "./judges.js";

/** Bytes that do not compress and are the same each time (xorshift). */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let index = 0; index < length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state;
  }
  return bytes;
}

const oddNames = [
  "README.TXT",
  "MixedCase.Txt",
  "lower.EXT",
  "UPPER.ext",
  "TEXTFI~1.TXT",
  "TextFile number one.txt",
  "TextFile number two.txt",
  ".htaccess",
  "a+b,c;d=[e].f",
  "several.dots.in.a.name",
  "blanks in a name.txt",
  "no-extension-but-long",
  "thirteen-unit",
  "name of exactly 26 letters",
  "Größenänderung.txt",
  "文件系统.txt",
  "Наука и жизнь.txt",
  "emoji 😀 name.txt",
  `${"n".repeat(251)}.txt`,
];

/** Around the cluster sizes that FAT32 volumes have. */
const oddSizes = [512, 4 * KiB, 8 * KiB, 16 * KiB, 32 * KiB].flatMap((size) => [size - 1, size, size + 1]);

function captureWim(root: string, path: string, names: readonly string[]): void {
  const source = join(root, "..", "wim-source");
  mkdirSync(join(source, "Windows", "System32"), { recursive: true });
  for (const [index, name] of names.entries())
    writeFileSync(join(source, "Windows", "System32", name), noise(MiB, index + 3));
  execFileSync("wimlib-imagex", ["capture", source, join(root, path), "Windows 7", "--compress=LZX", "--check"], {
    stdio: "ignore",
  });
  rmSync(source, { recursive: true });
}

/** Fills `root`, which must not exist. Without wimlib the WIMs are noise of the same sizes. */
export function makeJudgingTree(root: string): void {
  const put = (path: string, content: Uint8Array | string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  put("bootmgr", noise(383_786, 1));
  put("autorun.inf", "[AutoRun.Amd64]\r\nopen=setup.exe\r\n");
  put("setup.exe", noise(110_592, 2));
  for (const name of ["bcd", "boot.sdi", "bootfix.bin", "etfsboot.com", "memtest.exe"])
    put(`boot/${name}`, noise(40_961, 4));
  for (const name of ["chs", "cht", "jpn", "kor", "wgl4"]) put(`boot/fonts/${name}_boot.ttf`, noise(47_452, 5));
  put("boot/en-us/bootsect.exe.mui", noise(2560, 6));
  put("sources/ei.cfg", "[EditionID]\r\nUltimate\r\n");
  for (const edition of ["STARTER", "HOMEBASIC", "HOMEPREMIUM", "PROFESSIONAL", "ULTIMATE"]) {
    put(`sources/install_Windows 7 ${edition}.clg`, noise(10_000, 7));
  }
  for (const language of ["de-de", "en-us", "sr-Latn-CS"]) {
    for (let index = 0; index < 10; index += 1)
      put(`sources/${language}/setup${index}.exe.mui`, noise(3000 + index, 8));
  }
  for (let index = 0; index < 320; index += 1)
    put(`sources/dlmanifests/Microsoft-Windows-Component-${index}-DL.man`, `<${index}>`);
  for (const [index, name] of oddNames.entries()) put(`support/names/${name}`, `${index} ${name}`);
  for (const size of oddSizes) put(`support/sizes/${size}.bin`, noise(size, size));
  put("support/sizes/empty", "");
  put("support/sizes/one", "1");
  put("support/a/b/c/d/e/f/g/h/deep.txt", "deep");
  mkdirSync(join(root, "support", "empty directory"));
  if (judge("wimlib-imagex")) {
    captureWim(root, "sources/boot.wim", ["ntoskrnl.exe", "winload.exe"]);
    captureWim(root, "sources/install.wim", ["ntoskrnl.exe", "hal.dll", "shell32.dll", "imageres.dll"]);
  } else {
    put("sources/boot.wim", noise(2 * MiB, 9));
    put("sources/install.wim", noise(4 * MiB, 10));
  }
  utimesSync(join(root, "setup.exe"), 1_290_291_901, 1_290_291_901);
}
