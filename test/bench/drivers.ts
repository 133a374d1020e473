/** A folder of drivers of a certain size, all of which go into Setup's image and onto the stick. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changedLines, infText } from "../../fixtures/drivers/inf.js";
import { programFile } from "../../fixtures/drivers/program.js";
import { MiB } from "../../src/bytes/units.js";

/** As many as a vendor's folder for one chipset has. */
const packages = 6;

export function writeDrivers(folder: string, size: number): void {
  const unsigned = { Version: changedLines("Version").filter((line) => !line.startsWith("CatalogFile")) };
  for (let index = 0; index < packages; index += 1) {
    const path = join(folder, `package-${index}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "made.inf"), infText(unsigned));
    const content = programFile("x86", { mark: index, size: size / packages });
    // Bytes that differ from package to package, behind the headers.
    for (let at = 0x400; at < content.length; at += 1) content[at] = (at * (index + 3)) >>> 3;
    writeFileSync(join(path, "made.sys"), content);
  }
}

export const driversSize = 30 * MiB;
