/** Sound discs for a fuzzer to begin with: as few bytes as they can be, so without what their files hold. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { walk } from "../../src/tree/index.js";
import { composedVolumes } from "../support/hostile/composed-volumes.js";
import { isoInputs } from "../support/hostile/inputs.js";
import { imageRuns } from "../support/image-runs.js";
import { judge } from "../support/judges.js";
import { encodeSparse } from "./sparse.js";

/** Files that are embedded in a record, or described by text that the reader reads, are no longer than this. */
const embedded = 512;

/** The image without the contents of its files. */
async function hollow(image: Uint8Array): Promise<Uint8Array> {
  const data = Uint8Array.from(image);
  const { tree } = await readImage(memorySource(image));
  for (const { node } of walk(tree)) {
    if (node.kind !== "file" || node.size <= embedded) continue;
    for (const { offset, length } of imageRuns(node)) data.fill(0, offset, offset + length);
  }
  return encodeSparse(data);
}

async function hollowAll(images: Iterable<Uint8Array>): Promise<Uint8Array[]> {
  const seeds: Uint8Array[] = [];
  for (const image of images) seeds.push(await hollow(image));
  return seeds;
}

const isUdf = (name: string): boolean => !["joliet", "level4"].includes(name);

export async function udfSeeds(): Promise<Uint8Array[]> {
  const inputs = await isoInputs();
  const udf = [...inputs].filter(([name]) => isUdf(name) && !name.startsWith("composed"));
  const images = [...composedVolumes().map(([, image]) => image), ...udf.map(([, image]) => image)];
  return hollowAll(images);
}

export async function isoSeeds(): Promise<Uint8Array[]> {
  const inputs = await isoInputs();
  const own = [...inputs].filter(([name]) => !isUdf(name) || name === "bridge").map(([, image]) => image);
  return hollowAll([...own, ...rockRidgeImages()]);
}

/** Names, links, deep folders and long names, by xorriso where it is. */
function rockRidgeImages(): Uint8Array[] {
  if (!judge("xorriso")) return [];
  const folder = mkdtempSync(join(tmpdir(), "win7usb-seeds-"));
  try {
    const tree = join(folder, "tree");
    mkdirSync(join(tree, ...Array.from({ length: 10 }, (_, depth) => `deep-${depth}`)), { recursive: true });
    writeFileSync(join(tree, "größe ☃.txt"), "a");
    writeFileSync(join(tree, `${"long".repeat(55)}.name`), "b");
    writeFileSync(join(tree, "boot.bin"), new Uint8Array(2048));
    symlinkSync("deep-0/../größe ☃.txt", join(tree, "link"));
    symlinkSync("deep-0", join(tree, "linked-folder"));
    const boot = ["-b", "boot.bin", "-no-emul-boot", "-eltorito-alt-boot", "-e", "boot.bin", "-no-emul-boot"];
    const make = (name: string, ...options: string[]): Uint8Array => {
      const path = join(folder, `${name}.iso`);
      execFileSync("xorriso", ["-as", "mkisofs", "-quiet", ...options, "-o", path, tree], { stdio: "pipe" });
      return new Uint8Array(readFileSync(path));
    };
    return [make("deep", "-R"), make("joliet", "-R", "-J", "-joliet-long", ...boot), make("plain", "-iso-level", "3")];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
