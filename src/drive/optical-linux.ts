/**
 * What Linux knows of the medium in a drive: a number that grows with each (diskseq, Linux 5.15), and where udev's cdrom_id
 * has looked, the tracks of the disc. Without an ioctl, which Node has not, nothing else tells an audio disc.
 */
import { join } from "node:path";
import type { Disc } from "./optical-disc.js";
import type { BlockDevice } from "./linux-devices.js";
import { text } from "./linux-sysfs.js";

export async function mediumOf(device: BlockDevice, root = "/"): Promise<Pick<Disc, "medium" | "dataTracks">> {
  const sequence = device.drive?.sequence ?? null;
  const record = await text(join(root, "run/udev/data", `b${device.deviceNumber}`));
  return {
    medium: `${sequence ?? ""}:${device.size}`,
    dataTracks: record === null ? null : dataTracksOf(record),
  };
}

/**
 * Tracks of data by udev's record of a device (a line `E:NAME=value` for each property); null where cdrom_id has not counted
 * them. It writes a count only where it is not 0.
 */
export function dataTracksOf(record: string): number | null {
  const properties = new Map<string, string>();
  for (const line of record.split("\n")) {
    const [, name, value] = /^E:([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) properties.set(name, value);
  }
  const count = (kind: string): number => Number(properties.get(`ID_CDROM_MEDIA_TRACK_COUNT_${kind}`) ?? 0);
  if (!properties.has("ID_CDROM_MEDIA_TRACK_COUNT") && count("AUDIO") === 0 && count("DATA") === 0) return null;
  return count("DATA");
}
