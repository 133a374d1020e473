/**
 * Drives of a machine that is not there: a /sys of them, in a mount namespace of its own where the program sees nothing else.
 * They are plugged in and pulled out while it runs. What is written goes to loop devices that the test attached.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { judge } from "./judges.js";
import { programCommand } from "./program.js";

export type FakeDrive = {
  readonly name: string;
  readonly bus: "usb" | "sata";
  readonly vendor: string;
  readonly model: string;
  readonly serial?: string;
  /** Bytes. */
  readonly size: number;
  /** What is on its one partition. */
  readonly volume?: { readonly type: string; readonly version?: string; readonly label: string };
  readonly readOnly?: boolean;
  /** It takes discs; a drive for sticks and disks otherwise. */
  readonly optical?: boolean;
  /** A loop device's path, whose number the drive has. */
  readonly device?: string;
};

/** Whether there can be one here: by root, who may make namespaces and nodes. */
export function canMakeFakeMachines(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && ["unshare", "setpriv", "tmux"].every(judge);
}

export type FakeMachine = {
  /** Where the program runs: the folder that is /opt/work there. Its folder bin comes first in PATH. */
  readonly work: string;
  plug(drive: FakeDrive): void;
  pull(name: string): void;
  /** Words that run `win7usb <argv>` on that machine, from any directory; `user` is a number. */
  command(argv: readonly string[], user?: number): readonly string[];
  remove(): void;
};

/** Of those that a process may need (Documentation/admin-guide/devices.txt). */
const characterDevices = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["urandom", 1, 9],
  ["tty", 5, 0],
] as const;

function makeNode(path: string, kind: "b" | "c", number: string): void {
  execFileSync("mknod", ["-m", kind === "c" ? "666" : "600", path, kind, ...number.split(":")]);
}

const sector = 512;
/** Of numbers that no device here has. */
const firstMajor = 8;

export function makeFakeMachine(): FakeMachine {
  const root = mkdtempSync(join(tmpdir(), "win7usb-fake-"));
  const place = (path: string): string => {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    return at;
  };
  for (const folder of [
    "sys/block",
    "sys/class/block",
    "sys/dev/block",
    "run/udev/data",
    "dev/pts",
    "work/home/Downloads",
    "work/bin",
  ])
    mkdirSync(join(root, folder), { recursive: true });
  for (const [name, major, minor] of characterDevices) makeNode(join(root, "dev", name), "c", `${major}:${minor}`);
  const repository = join(import.meta.dirname, "..", "..");
  const [node] = programCommand;
  // Names that are the same on each machine, so that screens are.
  writeFileSync(
    join(root, "enter"),
    `mount --rbind ${root}/sys /sys && mount --bind ${root}/run /run
mount -t tmpfs win7usb-test /opt && mkdir /opt/win7usb /opt/work && : >/opt/node
mount --bind /dev/pts ${root}/dev/pts && mount --rbind ${root}/dev /dev
mount --bind ${node} /opt/node && mount --bind ${repository} /opt/win7usb && mount --bind ${root}/work /opt/work
cd /opt/work; export HOME=/opt/work/home PATH=/opt/work/bin:$PATH; user=$1; shift
exec setpriv --reuid=$user --regid=$user --clear-groups -- /opt/node /opt/win7usb/bin/win7usb.js "$@"
`,
  );
  let sequence = 0;
  return {
    work: join(root, "work"),
    plug(drive) {
      sequence += 1;
      plug(place, drive, sequence);
    },
    pull(name) {
      for (const path of ["sys/block", "dev"]) rmSync(join(root, path, name));
    },
    command: (argv, user = 0) => ["unshare", "--mount", "sh", join(root, "enter"), String(user), ...argv],
    remove: () => rmSync(root, { recursive: true }),
  };
}

/** As the kernel has it, each value in a file of its own; the link in /sys/block comes last, because that is what is looked at. */
function plug(place: (path: string) => string, drive: FakeDrive, sequence: number): void {
  const { name, bus, vendor, model, serial, size, volume, readOnly = false, optical = false } = drive;
  const port = bus === "usb" ? `usb2/2-${sequence}` : `ata${sequence}`;
  const scsi = `devices/pci0000:00/0000:00:14.0/${port}/host${sequence}/target${sequence}:0:0/${sequence}:0:0:0`;
  const whole = `${scsi}/block/${name}`;
  const write = (path: string, value: string | number): void => writeFileSync(place(`sys/${path}`), `${value}\n`);
  const number = numberOf(drive, sequence);
  write(`${whole}/dev`, number);
  write(`${whole}/size`, size / sector);
  write(`${whole}/ro`, Number(readOnly));
  write(`${whole}/removable`, Number(bus === "usb" || optical));
  write(`${whole}/diskseq`, sequence);
  write(`${whole}/queue/logical_block_size`, sector);
  write(`${scsi}/vendor`, vendor);
  write(`${scsi}/model`, model);
  // SPC-4 6.4.2: a disk, or a CD or DVD drive.
  write(`${scsi}/type`, optical ? 5 : 0);
  symlinkSync(`../../../${sequence}:0:0:0`, place(`sys/${whole}/device`));
  const usb = dirname(dirname(dirname(scsi)));
  if (bus === "usb") write(`${usb}/idVendor`, "0781");
  if (serial !== undefined) write(bus === "usb" ? `${usb}/serial` : `${whole}/serial`, serial);
  if (volume !== undefined) {
    const partition = `${firstMajor}:${100 + sequence}`;
    write(`${whole}/${name}1/partition`, 1);
    write(`${whole}/${name}1/dev`, partition);
    write(`${whole}/${name}1/size`, size / sector - 2048);
    write(`class/block/${name}1/dev`, partition);
    const { type, version, label } = volume;
    const facts = [`ID_FS_TYPE=${type}`, ...(version === undefined ? [] : [`ID_FS_VERSION=${version}`])];
    const lines = [...facts, `ID_FS_LABEL_ENC=${label.replaceAll(" ", "\\x20")}`].map((line) => `E:${line}\n`);
    writeFileSync(place(`run/udev/data/b${partition}`), lines.join(""));
  }
  makeNode(place(`dev/${name}`), "b", number);
  for (const at of [`dev/block/${number}`, `block/${name}`]) {
    rmSync(place(`sys/${at}`), { force: true });
    symlinkSync(`${at.startsWith("block") ? ".." : "../.."}/${whole}`, place(`sys/${at}`));
  }
}

function numberOf({ device }: FakeDrive, sequence: number): string {
  if (device === undefined) return `${firstMajor}:${16 * sequence}`;
  const { rdev } = statSync(device);
  return `${rdev >> 8}:${rdev & 0xff}`;
}
