/**
 * What is on a drive, for the person who is about to lose it, or has to tell four equal sticks apart. Linux alone has to be
 * looked at: its superblocks are read, nothing is mounted; where this user may not, udev's database says what udev has read
 * (systemd's udev-builtin-blkid), and of what is mounted the file system itself says how full it is. Whatever cannot be read
 * is not known and no reason for anything; a drive that does not answer is not waited for.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Drive, DriveVolume } from "../drive/drive.js";
import { withPartitionBytes } from "../drive/partition-bytes.js";
import { platform } from "../drive/platform.js";
import { askUdev, unlessUnknown, usedOf } from "../drive/volume-facts.js";
import type { ByteSource, ReadBytes } from "../source/byte-source.js";
import { recogniseVolume, type VolumeContent } from "../volumes/recognise/index.js";

/** Milliseconds: a disk that stands still needs some seconds to begin. */
const longestLook = 5000;

/** The drive with its volumes; with none where they cannot be told. Never throws for what it reads. */
export async function withVolumes(drive: Drive): Promise<Drive> {
  if (drive.volumes !== undefined || platform !== "linux") return { ...drive, volumes: drive.volumes ?? [] };
  const stop = new AbortController();
  const late = delay(longestLook, [] as DriveVolume[], { ref: false, signal: stop.signal }).catch(() => []);
  const volumes = await Promise.race([readVolumes(drive), late]);
  stop.abort();
  return { ...drive, volumes };
}

async function readVolumes(drive: Drive): Promise<DriveVolume[]> {
  const parts = drive.partitions.length > 0 ? drive.partitions : [drive];
  const found = await Promise.all(parts.map((part) => readVolume(drive, part)));
  return found.filter((volume) => volume !== null);
}

async function readVolume(drive: Drive, { path, size }: { path: string; size: number }): Promise<DriveVolume | null> {
  const content =
    (await unlessUnknown(() => readSuperblocks(path, size))) ?? (await unlessUnknown(() => askUdev(path)));
  if (content === null) return null;
  const mounted = drive.mountpoints.find(({ device }) => device === path)?.path;
  const used = mounted === undefined ? null : await unlessUnknown(() => usedOf(mounted));
  return { device: path, ...content, used: used ?? content.used };
}

function readSuperblocks(path: string, size: number): Promise<VolumeContent | null> {
  return withPartitionBytes(path, size, async (read) => {
    return (await recogniseVolume(read, size)) ?? (await recogniseDisc(read, size));
  });
}

/** A disc image that was copied to a drive: its volume is as full as it is large. */
async function recogniseDisc(read: ReadBytes, size: number): Promise<VolumeContent | null> {
  const source: ByteSource = {
    size,
    read,
    readInto: async (offset, target) => target.set(await read(offset, target.length)),
  };
  const { readImage } = await import("../iso9660-reader/index.js");
  const { fileSystem, volumeLabel, volumeEnd } = await readImage(source);
  return {
    fileSystem: fileSystem === "joliet" ? "iso9660" : fileSystem,
    label: volumeLabel === "" ? null : volumeLabel,
    used: volumeEnd > 0 && volumeEnd <= size ? volumeEnd : null,
  };
}
