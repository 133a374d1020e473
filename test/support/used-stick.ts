/** An NTFS stick as an image file, written by the program from an ISO of its own, and used through ntfs-3g. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { windows7Tree } from "../../fixtures/windows7/tree.js";
import { MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import type { CheckResult } from "../../src/steps/check-target.js";
import type { Manifest } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { writeImageOf } from "./demo-image.js";
import { fakeTerminal } from "./fake-terminal.js";
import { directory, file, tree } from "./memory-tree.js";
import { checkStickMetadata } from "./ntfs-judges.js";
import { mountedStick, readAt } from "./ntfs-stick.js";
import { parseOutput } from "./json-output.js";

export const diskSize = 64 * MiB;
export const partition = { start: MiB, end: diskSize - MiB };

export type Report = CheckResult & { readonly exitCode: number; readonly addedCount: number };

export class UsedStick {
  readonly folder: string;
  readonly iso: string;
  readonly image: string;
  readonly pristine: string;
  readonly manifest: Manifest;

  private constructor(folder: string, iso: string, pristine: string, manifest: Manifest) {
    this.folder = folder;
    this.iso = iso;
    this.pristine = pristine;
    this.image = join(folder, "stick");
    this.manifest = manifest;
  }

  static async write(): Promise<UsedStick> {
    const folder = mkdtempSync(join(tmpdir(), "win7usb-used-stick-"));
    const many = Array.from({ length: 400 }, (_, index) => file(`a component, number ${index}.mum`, 40 + index));
    const { children } = await windows7Tree();
    const iso = await writeImageOf(tree(...children, directory("many", many)), join(folder, "win7.iso"));
    const pristine = join(folder, "pristine");
    const { exitCode, err } = await run("write", iso, pristine, "-f", "ntfs", "--size", `${diskSize / MiB}M`);
    expect(exitCode, err).toBe(0);
    checkStickMetadata(pristine);
    const read = readManifest(readAt(pristine, partition.end, MiB), partition.end);
    if (read.kind !== "manifest") throw new Error(read.reason);
    return new UsedStick(folder, iso, pristine, read.manifest);
  }

  /** As it was written. */
  reset(): void {
    cpSync(this.pristine, this.image);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Against the ISO, or its manifest. */
  async check(basis: "iso" | "manifest"): Promise<Report> {
    const extra = basis === "iso" ? ["--iso", this.iso] : [];
    const { exitCode, out, err } = await run("check", this.image, "--json", ...extra);
    expect([0, 3, 7], err).toContain(exitCode);
    return { exitCode, ...parseOutput<CheckResult & { addedCount: number }>("check", out) };
  }

  use(change: (root: string) => void): void {
    expect(mountedStick(this.image, diskSize, change)).toBeUndefined();
  }

  /** Where a file of one run was written, in bytes of the disk. */
  spanOf(path: string): [number, number] {
    const { runs } = this.manifest.files!.find((each) => each.path === path)!;
    return [runs[0]!.offset, runs[0]!.offset + runs[0]!.length];
  }
}

async function run(...argv: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.shown };
}

/** A month of use: everything that moves structures and keeps the image's files. */
export function useForLong(root: string): void {
  mkdirSync(join(root, "System Volume Information"));
  writeFileSync(join(root, "System Volume Information", "IndexerVolumeGuid"), "x".repeat(76));
  mkdirSync(join(root, "drivers and tools"));
  for (let index = 0; index < 900; index += 1) {
    writeFileSync(join(root, "drivers and tools", `driver number ${index}.inf`), "d".repeat(index));
    if (index % 3 === 0) writeFileSync(join(root, `note ${index}`), `${index}`);
  }
  for (let index = 0; index < 900; index += 2) rmSync(join(root, "drivers and tools", `driver number ${index}.inf`));
  // Back to where people expect it, but on other clusters.
  copyFileSync(join(root, "sources", "install.wim"), join(root, "copy"));
  utimesSync(join(root, "copy"), 1_300_000_000, 1_300_000_000);
  renameSync(join(root, "copy"), join(root, "sources", "install.wim"));
}
