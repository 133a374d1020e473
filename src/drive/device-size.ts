/** What the system says of a device's size, so that nobody has to look for its end, where an optical disc cannot be read. */
import { readLinuxDevice } from "./linux-devices.js";
import { deviceNumberText } from "./linux-sysfs.js";
import { platform } from "./platform.js";

/** Bytes of the block device with this number (`stat`'s rdev); undefined where the system does not tell by it. */
export async function deviceSize(deviceNumber: number): Promise<number | undefined> {
  if (platform !== "linux") return undefined;
  return (await readLinuxDevice(deviceNumberText(deviceNumber)))?.size;
}
