/** A boot.wim whose bytes are hostile gets its drivers, or is refused by name; what is planned is then a WIM. */
import { expect, it } from "vitest";
import { peBootWim, peSystemHive, peTree, setupTree } from "../../../fixtures/windows7/setup-image.js";
import { MiB } from "../../../src/bytes/units.js";
import { Win7UsbError } from "../../../src/errors.js";
import { layoutSource } from "../../../src/extents/layout-source.js";
import { memorySource } from "../../../src/source/byte-source.js";
import { openWim } from "../../../src/wim/index.js";
import { planBootImage } from "../../../src/windows/customise/boot-image.js";
import { mutated } from "../../support/hostile/mutate.js";
import { randomFor } from "../../support/hostile/random.js";
import { wimStructure } from "../../support/hostile/wim-structure.js";
import { placed } from "../../support/placed-packages.js";
import { createSha1 } from "../../support/planned-wims.js";
import { rounds } from "../../support/sample.js";

it("ends in a plan or in an error of our own", async () => {
  const sound = await peBootWim({ setup: setupTree(peTree(peSystemHive(32))), integrityTable: true });
  const structure = wimStructure(sound);
  // Large enough that the hive is edited, too.
  const packages = [placed("usb-01", ["a.inf"], { "a.inf": "x", "a.sys": new Uint8Array(9 * MiB) })];
  let plans = 0;
  for (let index = 0; index < rounds(3000, 60); index += 1) {
    const hostile = mutated(sound, structure, randomFor(7, index));
    try {
      const plan = await planBootImage(await openWim(memorySource(hostile), "boot.wim"), packages, createSha1);
      const bytes = await layoutSource(plan.extents, plan.size).read(0, plan.size);
      expect((await openWim(memorySource(bytes), "boot.wim")).header.bootIndex).toBe(plan.image);
      plans += 1;
    } catch (error) {
      if (!(error instanceof Win7UsbError)) throw new Error(`case ${index}`, { cause: error });
    }
  }
  expect(plans).toBeGreaterThan(10);
});
