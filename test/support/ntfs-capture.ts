/** An NTFS volume with what only NTFS has, made by ntfs-3g and captured by wimlib from the volume's image itself. */
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filler } from "../../fixtures/windows7/nodes.js";
import { mounted, run } from "./ntfs-judges.js";

const volumeSize = 32 * 2 ** 20;

/** Contents of the alternate streams, by path and stream. */
export const streams = {
  "dir/linked.txt:stream": filler(100_000, 1),
  "dir/linked.txt:Zone.Identifier": Buffer.from("[ZoneTransfer]\r\nZoneId=3\r\n"),
  "dir:of a directory": filler(5000, 2),
  "empty.txt:größe": filler(40_000, 3),
} as const;

/** [MS-FSCC] 2.1.2: mount points and symbolic links have names in two forms; Windows writes both. */
function reparseData(tag: number, target: string, flags?: number): string {
  const name = Buffer.from(target, "utf16le");
  const head = Buffer.alloc(8 + (flags === undefined ? 8 : 12));
  const length = head.length - 8 + 2 * (name.length + 2);
  head.writeUInt32LE(tag, 0);
  head.writeUInt16LE(length, 4);
  head.writeUInt16LE(name.length, 10);
  head.writeUInt16LE(name.length + 2, 12);
  head.writeUInt16LE(name.length, 14);
  if (flags !== undefined) head.writeUInt32LE(flags, 16);
  const end = Buffer.alloc(2);
  return `0x${Buffer.concat([head, name, end, name, end]).toString("hex")}`;
}

/** FILE_ATTRIBUTE_*, as they can be set: read-only, hidden, system, temporary, offline, not indexed, and several. */
export const attributes = [0x1, 0x2, 0x4, 0x100, 0x1000, 0x2000, 0x27] as const;

/** [MS-DTYP] 2.4.6: O:BAG:BAD:(A;OICI;;;;WD) with these rights; each is a descriptor of its own in the image. */
function descriptor(rights: string): string {
  const head = "0100048014000000240000000000000034000000";
  const administrators = "01020000000000052000000020020000";
  const everyone = "010100000000000100000000";
  return `0x${head}${administrators}${administrators}02001c000100000000031400${rights}${everyone}`;
}

/** Access masks, little-endian: everything, and reading with executing. */
export const accessRights = ["ff011f00", "a9001200"] as const;

function fill(root: string): void {
  const at = (path: string): string => join(root, path);
  const set = (path: string, name: string, value: string): void =>
    void execFileSync("setfattr", ["--no-dereference", "-n", `system.ntfs_${name}`, "-v", value, at(path)]);
  mkdirSync(at("dir"));
  writeFileSync(at("dir/linked.txt"), "content that two names have\r\n".repeat(50));
  writeFileSync(at("empty.txt"), "");
  for (const [path, content] of Object.entries(streams)) writeFileSync(at(path), content);
  linkSync(at("dir/linked.txt"), at("another name.txt"));
  writeFileSync(at("A long name.txt"), "x".repeat(40_000));
  set("A long name.txt", "dos_name", "ALONGN~1.TXT");
  for (const value of attributes) {
    const name = `attributes ${value.toString(16)}`;
    writeFileSync(at(name), name);
    set(name, "attrib_be", `0x${value.toString(16).padStart(8, "0")}`);
  }
  for (const rights of accessRights) {
    writeFileSync(at(`rights ${rights}`), rights);
    set(`rights ${rights}`, "acl", descriptor(rights));
  }
  mkdirSync(at("compressed"));
  set("compressed", "attrib_be", "0x00000810");
  writeFileSync(at("compressed/file.txt"), "compressed by NTFS itself ".repeat(4000));
  for (const name of ["junction", "symlink to dir"]) mkdirSync(at(name));
  writeFileSync(at("symlink to file"), "");
  set("junction", "reparse_data", reparseData(0xa000_0003, String.raw`\??\C:\dir`));
  set("symlink to dir", "reparse_data", reparseData(0xa000_000c, "dir", 1));
  set("symlink to file", "reparse_data", reparseData(0xa000_000c, String.raw`dir\linked.txt`, 1));
}

/** Makes the volume in `folder` and returns the path of its image; it is not mounted any more. */
export async function makeNtfsVolume(folder: string): Promise<string> {
  const volume = join(folder, "volume.ntfs");
  writeFileSync(volume, "");
  truncateSync(volume, volumeSize);
  run("mkntfs", ["--force", "--fast", "--quiet", volume]);
  await mounted(volume, fill, "streams_interface=windows,compression");
  return volume;
}
