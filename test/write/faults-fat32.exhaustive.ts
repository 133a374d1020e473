/** Every place where a drive can fail while a FAT32 stick is written. */
import { describeFaults, probedSize } from "../support/fault-runs.js";

for (const verify of [true, false]) {
  for (const onlyChanged of [false, true]) {
    for (const beside of [false, true]) describeFaults({ fileSystem: "fat32", verify, onlyChanged, beside });
  }
}

describeFaults({ fileSystem: "fat32", verify: true, onlyChanged: false, beside: false, size: probedSize });
