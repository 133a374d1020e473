/** Our NTFS boot record on volumes that mkntfs made and ntfs-3g filled. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { judge } from "../support/judges.js";
import { canMountNtfs, installNtfs, mkntfs, mounted, runsOf } from "./ntfs-volume.js";
import { expectBoot, scratch } from "./stick.js";

describe.skipIf(!judge("qemu-system-i386") || !canMountNtfs())("NTFS boot record on mkntfs's volumes", () => {
  const directory = scratch();
  const volume = directory.path("volume.ntfs");
  const image = directory.path("usb.img");
  const probe = bootmgrProbe();
  afterAll(() => directory.remove());

  it.each(["ehci", "xhci", "ide"] as const)("boots over %s", async (bus) => {
    mkntfs(volume, 32 * MiB, 4096);
    mounted(volume, (root) => writeFileSync(join(root, "bootmgr"), probe));
    installNtfs(image, volume);
    expect(runsOf(volume, "bootmgr")).toBe(1);
    await expectBoot(image, { bus });
  });
});
