// The licences of everything that is in the command line, as one text. Plain JavaScript, because it runs in the build.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bundling.js";

/** The packages whose modules are among a bundle's inputs, each `{ name, version, license, text }`. */
export function packagesOf(inputs) {
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean);
  return [...new Set(folders)]
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      return { name, version, license, text: licenceText(join(root, folder)) };
    });
}

/** A package's licence as its authors wrote it; a package without one must not be handed out. */
export function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^(?:licen[cs]e|copying)(?:[.-].*)?$/i.test(file));
  if (name === undefined) throw new Error(`${folder}: there is no licence beside the package`);
  return readFileSync(join(folder, name), "utf8").trim();
}

/** All licences as one text, that of win7usb first. */
export function licences(packages) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const all = [{ name, version, license, text: licenceText(root) }, ...packages];
  const line = "-".repeat(80);
  return all.map((each) => `${each.name} ${each.version} (${each.license})\n\n${each.text}\n`).join(`\n${line}\n\n`);
}
