/**
 * An image on a device, as an optical drive is one: read-only loop devices with sectors of 2048 bytes over files that the
 * test made. What a command says of the device is what it says of the file.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import type { LoopDevice } from "../support/loop-device.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { parseOutput, type Output } from "../support/json-output.js";

const sector = 2048;

let folder: string;
let iso: string;
let loop: LoopDevice | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "win7usb-optical-"));
  iso = await writeDemoImage(folder);
});
afterEach(() => {
  loop?.detach();
  loop = null;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const options = { readOnly: true, sectorSize: sector } as const;

function attach(file: string, attachOptions: Parameters<typeof attachLoopDevice>[1] = options): string {
  loop = attachLoopDevice(file, attachOptions);
  return loop.path;
}

/** A copy of the image with so many bytes more or less. */
function resized(name: string, difference: number): string {
  const path = join(folder, name);
  copyFileSync(iso, path);
  truncateSync(path, statSync(iso).size + difference);
  return path;
}

type Answer = { readonly exitCode: number; readonly report: unknown };

async function run(...argv: string[]): Promise<Answer> {
  const terminal = fakeTerminal();
  const exitCode = await main([...argv, "--json"], terminal);
  // The path is the only thing that may differ.
  return {
    exitCode,
    report: parseOutput(argv[0] as Output, terminal.shown.out.replaceAll(`"${argv[1]!}"`, `"<iso>"`)),
  };
}

/** Bytes by which the medium is longer or shorter than the volume, and the exit code of `verify`. */
const media = [
  ["as long as the volume", 0, 0],
  ["longer by the 150 sectors that burning programs add", 150 * sector, 0],
  ["longer by one sector", sector, 0],
  ["shorter by one sector", -sector, 3],
  ["shorter by a third", -262 * sector, 3],
] as const;

describe.skipIf(!canAttachLoopDevices())("a device", () => {
  it.each(media)("%s is verified like the file", async (name, difference, exitCode) => {
    const file = resized(`${name}.iso`, difference);
    for (const deep of [[], ["--deep"]]) {
      const expected = await run("verify", file, ...deep);
      const device = attach(file);
      const seen = await run("verify", device, ...deep);
      loop!.detach();
      loop = null;
      expect(seen).toEqual(expected);
      expect(seen.exitCode).toBe(exitCode);
    }
  });

  it.each(media)("%s is inspected like the file", async (name, difference) => {
    const file = resized(`${name}.iso`, difference);
    const expected = await run("inspect", file);
    expect(await run("inspect", attach(file))).toEqual(expected);
  });

  it("has the hashes that coreutils read from it", async () => {
    const device = attach(resized("padded.iso", 150 * sector));
    const sum = execFileSync("sha256sum", [device], { encoding: "utf8" }).split(" ")[0];
    expect(await run("verify", device)).toMatchObject({ report: { hashes: { sha256: sum } } });
  });

  it.each([sector, 512, 4096])("with sectors of %i bytes is written as an image like the file", async (sectorSize) => {
    const size = 64 * sector;
    const file = resized("aligned.iso", size - (statSync(iso).size % size));
    const targets = ["file.img", "device.img"].map((name) => join(folder, name));
    const device = attach(file, { readOnly: true, sectorSize });
    for (const [index, source] of [file, device].entries()) {
      const terminal = fakeTerminal();
      expect(await main(["write", source, targets[index]!, "--force"], terminal), terminal.shown.err).toBe(0);
    }
    expect(readFileSync(targets[1]!).equals(readFileSync(targets[0]!))).toBe(true);
  });

  it("that ends early is not written, and nothing is left", async () => {
    const target = join(folder, "never.img");
    const terminal = fakeTerminal();
    expect(await main(["write", attach(resized("cut.iso", -sector)), target], terminal)).toBe(3);
    expect(terminal.shown.err).toContain("cut short");
    expect(() => statSync(target)).toThrow();
  });

  it("is never written to by the command that reads it", async () => {
    const file = resized("source.iso", 0);
    const before = readFileSync(file);
    const device = attach(file, { sectorSize: sector });
    const terminal = fakeTerminal();
    expect(await main(["write", device, device, "--yes", "--allow", "fixed-disk"], terminal)).toBe(5);
    expect(terminal.shown.err).toMatch(/image/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("without a volume is no image", async () => {
    const file = join(folder, "blank.iso");
    writeFileSync(file, Buffer.alloc(512 * sector));
    for (const command of ["verify", "inspect"]) {
      expect(await run(command, attach(file))).toMatchObject({
        exitCode: 3,
        report: { error: { code: "image-not-iso" } },
      });
      loop!.detach();
      loop = null;
    }
  });
});
