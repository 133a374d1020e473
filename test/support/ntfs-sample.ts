/** A small NTFS stick in memory, as it was written, and a check of it. */
import { checkAgainst, type CheckFindings, type Expectation } from "../../src/check/index.js";
import { locateManifest } from "../../src/check/locate-manifest.js";
import { createReadBytes } from "../../src/check/read-bytes.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import type { DiskPlan } from "../../src/volumes/plan.js";
import { writePlan } from "../../src/write/write-plan.js";
import { memoryDrive } from "./memory-drive.js";
import { readerOf } from "./memory-reader.js";
import { directory, file, tree } from "./memory-tree.js";
import { NtfsEdit } from "./ntfs-edit.js";

export const diskSize = 66 * MiB + 512;
export const partition = { start: MiB, end: 65 * MiB };
const modified = Date.UTC(2011, 3, 12, 10, 20, 30);
const dated = (name: string, size: number) => file(name, size, { modified, created: modified });

export const plan: DiskPlan = planDisk(
  tree(
    dated("bootmgr", 300_000),
    dated("autorun.inf", 128),
    directory("sources", [dated("install.wim", MiB + 77), dated("boot.wim", 600_000), dated("ei.cfg", 60)]),
    directory(
      "many",
      Array.from({ length: 300 }, (_, index) => dated(`component number ${index}.mum`, index * 7)),
    ),
  ),
  { diskSize },
  { fileSystem: "ntfs", label: "SAMPLE" },
);

export const written = (async (): Promise<Uint8Array> => {
  const drive = memoryDrive(diskSize);
  await writePlan({ plan, targets: [drive], verify: true, onEvent: () => undefined, now: () => 0 });
  return new Uint8Array(drive.bytes);
})();

export type Kind = Expectation["kind"];

export async function check(bytes: Uint8Array, kind: Kind): Promise<CheckFindings> {
  const reader = readerOf(bytes);
  const found = await locateManifest(reader, createReadBytes(reader));
  let expectation: Expectation = { kind: "image", plan, found };
  if (kind === "manifest") {
    if (found.read.kind !== "manifest") throw new Error(found.read.reason);
    expectation = { kind, manifest: found.read.manifest, found };
  }
  return checkAgainst(expectation, { reader, begin: () => undefined, advanced: () => undefined });
}

export const edited = async (): Promise<NtfsEdit> => new NtfsEdit(new Uint8Array(await written));
export const kinds = ["image", "manifest"] as const;
export const planned = (path: string) => plan.files.find((each) => each.path === path)!;
export const causes = ({ mismatches }: CheckFindings) =>
  Object.fromEntries(mismatches.map(({ path, structure, cause }) => [path ?? structure, cause]));

/** Bytes of the disk where index buffers lie. */
export function indexBuffers({ disk }: NtfsEdit): number[] {
  const buffers: number[] = [];
  for (let at = MiB; at < planned("bootmgr").runs[0]!.offset; at += 4 * KiB) {
    if (disk.toString("latin1", at, at + 4) === "INDX") buffers.push(at);
  }
  return buffers;
}
