/** Every place where a drive can fail while a NTFS stick is written. */
import { describeFaults, settings } from "../support/fault-runs.js";

for (const setting of settings) describeFaults({ fileSystem: "ntfs", ...setting });
