/** Sticks boot under Bochs' legacy BIOS, which is no SeaBIOS, on processors of three times. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import { bochsModels, bootInBochs, hasBochs } from "../support/bochs.js";
import { executePlan } from "../support/execute-plan.js";
import { sample } from "../support/sample.js";
import { scratch } from "./stick.js";
import { windowsTree } from "./windows-tree.js";

describe.skipIf(!hasBochs())("under Bochs' BIOS", () => {
  const directory = scratch();
  afterAll(() => directory.remove());

  describe.each(["fat32", "ntfs"] as const)("a stick of %s", (fileSystem) => {
    const image = directory.path(`${fileSystem}.img`);
    beforeAll(() => executePlan(planDisk(windowsTree(), { diskSize: 64 * MiB }, { fileSystem, label: "WIN7" }), image));

    it.each(sample(bochsModels, 2))("boots on %s", async (model) => {
      const said = await bootInBochs(image, model, /result=\w+\r\n$/);
      expect(said).toMatch(/^BOOTMGR-PROBE cs=2000 ip=0000 dl=80 .*sector=ok checksum=ok .*result=ok\r\n$/);
    });
  });
});
