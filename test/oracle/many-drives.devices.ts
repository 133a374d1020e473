/** Eight drives are found and opened with one look at /sys, and one at each drive when it is open. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { openTargets } from "../../src/drive/index.js";
import { readLinuxDevice, readLinuxDevices } from "../../src/drive/linux-devices.js";
import { openImage } from "../../src/steps/open-image.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { writeDemoImage } from "../support/demo-image.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";

vi.mock("../../src/drive/linux-devices.js", { spy: true });

describe.skipIf(!canAttachLoopDevices())("several drives", () => {
  let folder: string;
  const devices: LoopDevice[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "win7usb-many-"));
    for (let index = 0; index < 8; index += 1) {
      const file = join(folder, `drive${index}`);
      writeFileSync(file, "");
      truncateSync(file, 64 * MiB);
      devices.push(attachLoopDevice(file));
    }
  });
  afterAll(() => {
    for (const device of devices) device.detach();
    rmSync(folder, { recursive: true });
  });

  it.each([1, 8])("are looked for once: %i", async (count) => {
    vi.mocked(readLinuxDevices).mockClear();
    vi.mocked(readLinuxDevice).mockClear();
    const paths = devices.slice(0, count).map(({ path }) => path);
    const opened = await openImage(await writeDemoImage(folder));
    try {
      const choices = { targets: paths, fileSystem: "auto", allow: ["fixed-disk"], force: false } as const;
      const { targets, plan } = await prepareWrite(opened, choices);
      expect(readLinuxDevices).toHaveBeenCalledTimes(1);
      const writers = await openTargets(targets, { size: plan.diskSize, force: false });
      await Promise.all(writers.map((writer) => writer.abort()));
      expect(writers.map(({ path }) => path)).toEqual(paths);
      expect(readLinuxDevices).toHaveBeenCalledTimes(1);
      expect(readLinuxDevice).toHaveBeenCalledTimes(count);
    } finally {
      await opened.close();
    }
  });
});
