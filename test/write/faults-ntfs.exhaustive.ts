/** Every place where a drive can fail while a NTFS stick is written. */
import { describeFaults } from "../support/fault-runs.js";

for (const verify of [true, false]) {
  for (const onlyChanged of [false, true]) {
    for (const beside of [false, true]) describeFaults({ fileSystem: "ntfs", verify, onlyChanged, beside });
  }
}
