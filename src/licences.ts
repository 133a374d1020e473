/** The licences of win7usb and of everything that is in its command line, as the build has put them together. */
import { readFileSync } from "node:fs";
import { getAsset, isSea } from "node:sea";

/** In an executable it is a part of that one file. */
export function licencesText(): string {
  return isSea() ? getAsset("licences.txt", "utf8") : readFileSync(new URL("./licences.txt", import.meta.url), "utf8");
}
