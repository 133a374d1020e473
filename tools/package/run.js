// `npm run package [platform...]`: executables without Node, a Debian package, sums and a bill of materials, in
// build/package. `npm run package blob` makes what is the same in all of them and goes no further.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bundling.js";
import { licences, licenceText } from "../licences.js";
import { billOfMaterials } from "./bill-of-materials.js";
import { makeDebianPackage } from "./debian.js";
import { makeBlob, makeExecutable } from "./executable.js";
import { fetchNode, nodeBuilds, ownPlatform } from "./node-builds.js";
import { bundleProgram } from "./program.js";

const all = Object.keys(nodeBuilds);
const blobOnly = process.argv[2] === "blob";
const named = process.argv.slice(blobOnly ? 3 : 2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0)
  throw new Error(`there is no executable for ${unknown.join(", ")}; there are: ${all.join(", ")}`);
const platforms = named.length > 0 ? named : all;

const folder = join(root, "build", "package");
const program = await bundleProgram();
const node = fetchNode(ownPlatform());
const parts = [
  ...program.packages,
  { name: "node", version: node.version, license: "MIT", text: licenceText(node.folder) },
];
const texts = { ...program.modules, "licences.txt": licences(parts) };
const blob = makeBlob(program.main, texts, join(root, "build", "program"));
async function handOut() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const platform of platforms) {
    const path = await makeExecutable(platform, blob, folder);
    process.stdout.write(`${path}\n`);
    if (platform.startsWith("linux-")) makeDebianPackage(platform, path, texts["licences.txt"], folder);
  }
  writeFileSync(join(folder, "win7usb.cdx.json"), billOfMaterials(parts));
  const lines = readdirSync(folder)
    .toSorted()
    .map((name) => {
      return `${createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex")}  ${name}\n`;
    });
  writeFileSync(join(folder, "SHA256SUMS"), lines.join(""));
}

if (!blobOnly) await handOut();
