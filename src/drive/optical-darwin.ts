/** A disc in a drive of macOS, as `diskutil info -plist` tells it; it is read through its raw device, past the cache. */
import { runCommand, type RunCommand } from "./command.js";
import { wholeDiskOf } from "./darwin-drives.js";
import { integerAt, parsePlistDictionary, textAt } from "./darwin-plist.js";
import { noMedium, type Disc } from "./optical-disc.js";

/** Throws `no-medium` where diskutil knows no such disk: without a disc, an optical drive has none. */
export async function inspectDarwinDisc(path: string, run: RunCommand = runCommand): Promise<Disc> {
  const disk = wholeDiskOf(path) ?? path;
  const { stdout } = await run("diskutil", ["info", "-plist", disk]);
  const info = parsePlistDictionary(stdout, "diskutil");
  if (textAt(info, "DeviceIdentifier") === null) throw noMedium({ path });
  const isOptical = info.has("OpticalMediaType") || info.has("OpticalDeviceType");
  return {
    path,
    device: `/dev/r${disk}`,
    kind: isOptical ? "optical-drive" : "device",
    capacity: integerAt(info, "Size") ?? integerAt(info, "TotalSize") ?? null,
    medium: null,
    dataTracks: null,
  };
}
