/** Sticks that ask for a key, under Bochs' legacy BIOS: another disk is started without one, and the stick with one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { biosFault, biosFilterFloppy } from "../../fixtures/boot/bios-filter.js";
import { diskProbe } from "../../fixtures/boot/disk-probe.js";
import { MiB } from "../../src/bytes/units.js";
import { planDisk } from "../../src/volumes/index.js";
import { bochsModels, bootInBochs, hasBochs } from "../support/bochs.js";
import { executePlan } from "../support/execute-plan.js";
import { everyCase } from "../support/sample.js";
import { scratch } from "./stick.js";
import { windowsTree } from "./windows-tree.js";

const models = everyCase ? bochsModels : bochsModels.slice(0, 1);

describe.skipIf(!hasBochs())("a stick that asks for a key, under Bochs' BIOS", () => {
  const directory = scratch();
  afterAll(() => directory.remove());
  const stick = directory.path("stick.img");
  const withoutEdd = { floppy: directory.file("filter.img", biosFilterFloppy({ faults: biosFault.noEdd })) };
  let otherDisk: string;
  beforeAll(async () => {
    const options = { fileSystem: "fat32", label: "WIN7", bootPrompt: true } as const;
    await executePlan(planDisk(windowsTree(), { diskSize: 64 * MiB }, options), stick);
    const disk = new Uint8Array(16 * MiB);
    disk.set(diskProbe());
    otherDisk = directory.file("other.img", disk);
  });

  describe.each(models)("on %s", (model) => {
    it.each([
      ["with EDD", {}],
      ["without EDD", withoutEdd],
    ])("starts the other disk where no key comes, %s", async (_, faults) => {
      const said = await bootInBochs(stick, model, / end\r\n$/, { otherDisk, ...faults });
      expect(said).toMatch(/^DISK-PROBE cs=0000 ip=7c00 ax=aa55 dx=0081 ss=0000 ds=0000 es=0000 /);
    });

    it("starts at a key, and at once where there is no other disk", async () => {
      const ok = /^BOOTMGR-PROBE cs=2000 ip=0000 dl=80 .*result=ok\r\n$/;
      expect(await bootInBochs(stick, model, /result=\w+\r\n$/, { otherDisk, pressesReturn: true })).toMatch(ok);
      expect(await bootInBochs(stick, model, /result=\w+\r\n$/)).toMatch(ok);
    });
  });
});
