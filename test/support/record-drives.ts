/**
 * Records this Linux machine's drives, on stdout, as `test/drive/recorded/linux/` holds them:
 *
 *     npm run --silent record-drives -- [--mask] [--about "what machine it is"] > machine.json
 *
 * Needs no rights beyond reading /sys (root where a kernel keeps serial numbers to itself). `--mask` puts serial numbers,
 * UUIDs and world-wide names behind numbered words, the same one for the same value, and removes folders' names from
 * mount paths below /home, /media and /run/media.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { LinuxRecording, LsblkDevice } from "./drive-recording.js";

/** Of a whole device's folder. */
const wholeFiles = [
  "dev",
  "size",
  "ro",
  "removable",
  "hidden",
  "diskseq",
  "serial",
  "queue/logical_block_size",
  "loop/backing_file",
  "dm/name",
  "dm/uuid",
];
/** Of the folder that `device` leads to. */
const deviceFiles = ["vendor", "model", "name", "type", "serial", "vpd_pg80"];
const partitionFiles = ["partition", "dev", "size", "ro"];
/** Of a USB device's folder above. */
const usbFiles = ["idVendor", "serial"];

class Recorder {
  readonly files: Record<string, string> = {};
  readonly links: Record<string, string> = {};

  file(path: string): void {
    try {
      this.files[path.slice(1)] = readFileSync(path, "latin1");
    } catch {
      // Not there, or nothing that can be read: so it is for win7usb.
    }
  }

  link(path: string): string | undefined {
    try {
      this.links[path.slice(1)] = readlinkSync(path);
      return realpathSync(path);
    } catch {
      return undefined;
    }
  }

  /** Links of a folder; nothing where there is no folder. */
  linksIn(folder: string): string[] {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.flatMap((name) => this.link(join(folder, name)) ?? []);
  }

  drive(name: string): void {
    const folder = this.link(join("/sys/block", name));
    if (folder === undefined) return;
    for (const file of wholeFiles) this.file(join(folder, file));
    const device = this.link(join(folder, "device"));
    if (device !== undefined) for (const file of deviceFiles) this.file(join(device, file));
    this.layers(folder);
    for (const entry of readdirSync(folder)) {
      if (!existsSync(join(folder, entry, "partition"))) continue;
      for (const file of partitionFiles) this.file(join(folder, entry, file));
      this.layers(join(folder, entry));
    }
    for (let above = dirname(folder); above !== "/sys/devices" && above !== "/"; above = dirname(above)) {
      if (existsSync(join(above, "idVendor"))) for (const file of usbFiles) this.file(join(above, file));
    }
  }

  layers(folder: string): void {
    this.linksIn(join(folder, "slaves"));
    this.linksIn(join(folder, "holders"));
  }

  /** One file of each folder, which stands for the folder. */
  mounted(): void {
    for (const kind of ["ext4", "xfs", "f2fs"]) {
      const folder = join("/sys/fs", kind);
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const files = readdirSync(join(folder, name), { recursive: true, withFileTypes: true });
        const first = files.filter((each) => each.isFile()).toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
        if (first !== undefined) this.file(join(first.parentPath, first.name));
      }
    }
  }

  fileSystems(): void {
    for (const kind of ["btrfs", "bcachefs"]) {
      const folder = join("/sys/fs", kind);
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        this.linksIn(join(folder, name, "devices"));
        for (const member of existsSync(join(folder, name)) ? readdirSync(join(folder, name)) : []) {
          if (/^dev-\d+$/.test(member)) this.link(join(folder, name, member, "block"));
        }
      }
    }
  }
}

/** lsblk's columns that tell one drive from another; the others are of queues, zones and owners. */
const columns = new Set(
  (
    "name kname path maj:min type size ro rm hotplug tran subsystems vendor model serial rev wwn log-sec phy-sec rota " +
    "fstype fsver label uuid ptuuid partuuid pttype parttype parttypename partlabel mountpoint mountpoints disk-seq " +
    "children"
  ).split(" "),
);

/** Without other columns, and without those that say nothing. */
function shortened(device: LsblkDevice): LsblkDevice {
  const entries = Object.entries(device).filter(
    ([key, value]) =>
      columns.has(key) && value !== null && !(Array.isArray(value) && value.every((item) => item === null)),
  );
  const { children } = device;
  return {
    ...Object.fromEntries(entries),
    ...(children && { children: children.map(shortened) }),
  } as unknown as LsblkDevice;
}

function lsblk(): LsblkDevice[] {
  const text = execFileSync("lsblk", ["--json", "--bytes", "--all", "--output-all"], { encoding: "utf8" });
  return (JSON.parse(text) as { blockdevices: LsblkDevice[] }).blockdevices.map(shortened);
}

export function recordDrives(about: string): LinuxRecording {
  const recorder = new Recorder();
  for (const name of readdirSync("/sys/block")) recorder.drive(name);
  recorder.fileSystems();
  recorder.mounted();
  recorder.file("/proc/self/mountinfo");
  recorder.file("/proc/swaps");
  recorder.linksIn("/dev/mapper");
  const named = [recorder.files["proc/self/mountinfo"], recorder.files["proc/swaps"]].join("\n");
  for (const [path] of named.matchAll(/(?<=\s|^)\/dev\/[^\s:]+/gm)) recorder.link(path);
  const lsblkVersion = execFileSync("lsblk", ["--version"], { encoding: "utf8" }).trim();
  const { files, links } = recorder;
  return { schema: 1, about, kernel: release(), lsblkVersion, lsblk: lsblk(), links, files };
}

/** The recording as text, one device, link and file a line. */
export function recordingText(recording: LinuxRecording): string {
  const lines = (value: object): string =>
    Object.entries(value)
      .map(([key, each]) => `\n    ${JSON.stringify(key)}: ${JSON.stringify(each)}`)
      .join(",");
  const fields = Object.entries(recording).map(([key, value]) => {
    if (key === "lsblk")
      return `  "lsblk": [\n    ${recording.lsblk.map((each) => JSON.stringify(each)).join(",\n    ")}\n  ]`;
    const text = typeof value === "object" ? `{${lines(value)}\n  }` : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}

const identifyingColumns = ["serial", "wwn", "uuid", "partuuid", "ptuuid"];

/** Replaces, in the whole text, what tells this machine from another of its kind. */
export function maskRecording(text: string): string {
  const { lsblk: devices, files } = JSON.parse(text) as LinuxRecording;
  const found = new Set<string>();
  const visit = (device: LsblkDevice): void => {
    const values = device as unknown as Record<string, unknown>;
    for (const name of identifyingColumns) if (typeof values[name] === "string") found.add(values[name]);
    for (const child of device.children ?? []) visit(child);
  };
  devices.forEach(visit);
  for (const [path, content] of Object.entries(files)) {
    if (/\/(?:serial|uuid)$/.test(path)) found.add(content.trim());
    // SPC-4 7.8.12: the serial number follows a header of four bytes.
    if (path.endsWith("/vpd_pg80")) found.add(content.slice(4).trim());
  }
  let masked = text;
  const values = [...found].filter((value) => value.length > 3).toSorted((a, b) => b.length - a.length);
  for (const [index, value] of values.entries()) {
    masked = masked.replaceAll(JSON.stringify(value).slice(1, -1), `MASKED-${index + 1}`);
  }
  return masked.replaceAll(/(?<=\/(?:home|media)\/)[^/\s"\\]+/g, "name");
}

if (process.argv[1]?.endsWith("record-drives.js") === true) {
  const { values } = parseArgs({ options: { mask: { type: "boolean" }, about: { type: "string", default: "" } } });
  const text = recordingText(recordDrives(values.about));
  process.stdout.write(values.mask === true ? maskRecording(text) : text);
}
