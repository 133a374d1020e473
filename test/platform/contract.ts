/** The contract of a DriveWriter as a suite, for each kind of medium that a platform can make for a test. */
import { afterEach, describe, it } from "vitest";
import { contractCases, type ContractTarget } from "./contract-cases.js";

/** `makeDrive` makes a fresh medium for each case; where `possible` is false the cases are skipped by name. */
export function driveWriterContract(name: string, makeDrive: () => Promise<ContractTarget>, possible = true): void {
  describe.skipIf(!possible)(`${name} as a DriveWriter`, () => {
    let target: ContractTarget | undefined;
    afterEach(async () => {
      await target?.dispose();
      target = undefined;
    });

    for (const each of contractCases) {
      it(each.name, { timeout: 120_000 }, async () => {
        target = await makeDrive();
        await each.run(target);
      });
    }
  });
}
