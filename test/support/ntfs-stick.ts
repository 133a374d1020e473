/** The volume on an image file of a whole disk, mounted as a stick would be: through a loop device over its partition. */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { MiB } from "../../src/bytes/units.js";

/** Runs `use` with a loop device over the partition, which begins at 1 MiB and ends 1 MiB before the disk does. */
export function withPartition<T>(image: string, diskSize: number, use: (device: string) => T, readOnly = false): T {
  const place = ["--offset", String(MiB), "--sizelimit", String(diskSize - 2 * MiB)];
  const parameters = ["--find", "--show", ...place, ...(readOnly ? ["--read-only"] : []), image];
  const device = execFileSync("losetup", parameters, { encoding: "utf8" }).trim();
  try {
    return use(device);
  } finally {
    execFileSync("losetup", ["--detach", device]);
  }
}

export type StickOptions = { readonly readOnly?: boolean; readonly options?: string };

/** What ntfs-3g says where it does not mount; otherwise undefined, and `use` has run with the mounted root. */
export function mountedStick(
  image: string,
  diskSize: number,
  use: (root: string) => void,
  { readOnly = false, options = "streams_interface=windows" }: StickOptions = {},
): string | undefined {
  const root = `${image}.mounted`;
  mkdirSync(root, { recursive: true });
  return withPartition(
    image,
    diskSize,
    (device) => {
      const mode = readOnly ? "ro" : "rw";
      // Without the fork it ends when everything is written; the loop device is not let go before that.
      const { status, stderr } = spawnSync("ntfs-3g", ["-o", `${mode},${options}`, device, root], { encoding: "utf8" });
      if (status !== 0) return stderr;
      try {
        use(root);
      } finally {
        execFileSync("umount", [root]);
        waitForRelease(device);
        rmSync(root, { recursive: true });
      }
      return undefined;
    },
    readOnly,
  );
}

/** ntfs-3g writes its last blocks after umount has returned. */
function waitForRelease(device: string): void {
  const deadline = Date.now() + 30_000;
  while (spawnSync("pgrep", ["-f", `ntfs-3g .*${device} `]).status === 0) {
    if (Date.now() > deadline) throw new Error(`ntfs-3g still holds ${device}`);
    spawnSync("sleep", ["0.02"]);
  }
}

export function readAt(image: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const file = openSync(image, "r");
  readSync(file, bytes, 0, length, offset);
  closeSync(file);
  return bytes;
}

export function writeAt(image: string, offset: number, bytes: Uint8Array): void {
  const file = openSync(image, "r+");
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

/** Inverts the bits of `mask` in one byte. */
export function flipAt(image: string, offset: number, mask = 0xff): void {
  writeAt(
    image,
    offset,
    readAt(image, offset, 1).map((byte) => byte ^ mask),
  );
}
