/** Every place where a drive can fail while a FAT32 stick is written. */
import { describeFaults, probedSize, settings } from "../support/fault-runs.js";

for (const setting of settings) describeFaults({ fileSystem: "fat32", ...setting });

describeFaults({ fileSystem: "fat32", verify: true, onlyChanged: false, beside: false, size: probedSize });
