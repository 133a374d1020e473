/** The contract of a DriveWriter as a suite, for each kind of medium that a platform can make for a test. */
import { afterEach, describe, it } from "vitest";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { contractCases, type ContractTarget } from "./contract-cases.js";

/**
 * The cases that are about writers of this kind. `makeDrive` makes a fresh medium for each; where `possible` is false, or
 * a medium cannot be swapped, cases are skipped by name.
 */
export function driveWriterContract(
  name: string,
  kind: DriveWriter["kind"],
  makeDrive: () => Promise<ContractTarget>,
  possible = true,
): void {
  describe.skipIf(!possible)(`${name} as a DriveWriter`, () => {
    let target: ContractTarget | undefined;
    afterEach(async () => {
      await target?.dispose();
      target = undefined;
    });

    for (const each of contractCases.filter((candidate) => candidate.of === undefined || candidate.of === kind)) {
      it(each.name, { timeout: 600_000 }, async ({ skip }) => {
        target = await makeDrive();
        skip(each.swaps === true && target.swap === undefined, "this medium cannot be swapped");
        await each.run(target);
      });
    }
  });
}
