/** A drive that was chosen from a list is that one, or it is not written. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { listDrives } from "../../src/drive/list.js";
import { openImage } from "../../src/steps/open-image.js";
import { prepareWrite } from "../../src/steps/prepare-write.js";
import { writeDemoImage } from "../support/demo-image.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";

it.skipIf(!canAttachLoopDevices())("another medium in the place of the one that was chosen is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-listed-"));
  const file = join(folder, "stick.img");
  writeFileSync(file, "");
  truncateSync(file, 256 * MiB);
  const image = await openImage(await writeDemoImage(folder));
  const chosen = attachLoopDevice(file);
  let attached = chosen;
  try {
    const listed = await listDrives();
    const choices = { targets: [chosen.path], allow: ["fixed-disk"], listed };
    await expect(prepareWrite(image, choices)).resolves.toMatchObject({ targets: [{ path: chosen.path }] });
    chosen.detach();
    attached = attachLoopDevice(file);
    expect(attached.path).toBe(chosen.path);
    await expect(prepareWrite(image, choices)).rejects.toMatchObject({ code: "target-changed" });
    await expect(prepareWrite(image, { ...choices, listed: [] })).resolves.toMatchObject({
      targets: [{ path: chosen.path }],
    });
  } finally {
    attached.detach();
    await image.close();
    rmSync(folder, { recursive: true });
  }
});
