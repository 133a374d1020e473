/** A disc of Windows' own shape and size, of zeros that are no memory: 700 files, 2.4 GB. */
import { KiB, MiB } from "../../src/bytes/units.js";
import type { FileTree } from "../../src/tree/index.js";
import { directory, file, hole, tree } from "./memory-tree.js";

/** Bytes of a stick that is sold as one of 4 GB. */
export const stickSize = 3_865_470_976;

export function largeDisc(install = "install.wim"): FileTree {
  const sources = Array.from({ length: 640 }, (_, index) => hole(`setup-${index}.dll`, (1 + (index % 37)) * 9 * KiB));
  const fonts = Array.from({ length: 12 }, (_, index) => hole(`font-${index}.ttf`, (index + 1) * 400 * KiB));
  const manifests = Array.from({ length: 48 }, (_, index) => file(`part-${index}.man`, 300));
  return tree(
    file("bootmgr", 383_786),
    file("autorun.inf", 122),
    directory("boot", [file("bcd", 262_144), hole("boot.sdi", 3_170_304), directory("fonts", fonts)]),
    directory("sources", [
      hole("boot.wim", 135 * MiB + 77),
      hole(install, 2100 * MiB + 13),
      hole("upgrade.cab", 31 * MiB),
      ...sources,
      directory("manifests", manifests),
    ]),
  );
}
