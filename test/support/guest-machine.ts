/**
 * A machine to write sticks on: Debian's kernel in QEMU (software emulation) with win7usb, and sticks that are plugged
 * into its USB 3 controller and pulled out again while it runs. The root disk is never changed; sticks are.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agentScript, connectAgent, type Agent } from "./guest-agent.js";
import { modulesFor } from "./guest-modules.js";
import { connectQmp, type Qmp } from "./guest-qmp.js";
import { connectTerminal, type GuestTerminal } from "./guest-terminal.js";
import { makeGuestRoot } from "./guest-root.js";
import { judge } from "./judges.js";
import { directoryMode, encodeCpio, programMode, type GuestKernel } from "./linux-guest.js";
import { sharedKernel } from "./shared-kernel.js";

export type StickOptions = {
  /** The medium: an image file, or the socket of one that is served. */
  readonly file: string | { readonly socket: string };
  readonly serial: string;
  /** Bytes a second, in both directions each. Default: as fast as it goes. */
  readonly rate?: number;
};

/** Bytes that the medium has taken and given since it was plugged in, as QEMU counts them when a transfer is done. */
export type Transferred = { readonly written: number; readonly read: number };

export type Stick = {
  /** Its path in the guest, such as `/dev/sda`. */
  readonly path: string;
  transferred(): Promise<Transferred>;
  /** Pulls it out, whatever the guest does with it; its file is free then. */
  unplug(): Promise<void>;
};

/** A drive with a disc in it from the beginning; an empty one without `socket`. */
export type OpticalDrive =
  | {
      readonly bus: "scsi";
      /** What it calls itself: `opticalPath` finds it by that. */
      readonly model: string;
      readonly socket?: string;
    }
  | { readonly bus: "ide"; readonly socket?: string };

/** What QEMU's IDE drive calls itself, whatever it is told. */
export const ideModel = "QEMU DVD-ROM";

export type GuestMachine = Pick<Agent, "run"> & {
  readonly terminal: GuestTerminal;
  plug(options: StickOptions): Promise<Stick>;
  /** What the kernel said, for the message of a test that fails. */
  console(): string;
  close(): Promise<void>;
};

/**
 * Debian 13's kernel for `startGuest`; null where a guest cannot be started here, which in CI is a failure.
 */
export async function guestKernel(): Promise<GuestKernel | null> {
  const judges = ["qemu-system-x86_64", "busybox", "mkfs.ext4", "apt-get", "dpkg-deb", "xz"];
  const kernel = judges.every((command) => judge(command)) ? await sharedKernel("trixie", "amd64") : null;
  if (kernel === null && process.env["CI"] === "true") throw new Error("Debian 13's kernel cannot be fetched");
  return kernel;
}

const modules = [
  "virtio_blk",
  "crc32c_generic",
  "ext4",
  "sd_mod",
  "usb-storage",
  "xhci-pci",
  "vfat",
  "nls_ascii",
  "nls_cp437",
  "nls_utf8",
];

/** What optical drives need besides. */
const opticalModules = ["ata_piix", "virtio_pci", "virtio_scsi", "sr_mod"];

const startTimeoutMs = 300_000;
const plugTimeoutMs = 120_000;
const pollMs = 50;

function initialRoot(kernel: GuestKernel, discs: readonly OpticalDrive[]): Buffer {
  const loaded = modulesFor(kernel, discs.length === 0 ? modules : [...modules, ...opticalModules]);
  const init = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
${loaded.map(({ name }) => `insmod /${name}.ko`).join("\n")}
mount -t ext4 /dev/vda /root && mount -t tmpfs none /root/run
/root/bin/busybox chroot /root /bin/busybox --install -s /bin 2>/dev/null
for folder in dev proc sys; do mount --move /$folder /root/$folder; done
exec switch_root /root /bin/busybox sh /agent
`;
  const busybox = execFileSync("which", ["busybox"], { encoding: "utf8" }).trim();
  return encodeCpio([
    ...["bin", "proc", "sys", "dev", "root"].map((name) => ({ name, mode: directoryMode, content: Buffer.alloc(0) })),
    { name: "bin/busybox", mode: programMode, content: readFileSync(busybox) },
    { name: "init", mode: programMode, content: Buffer.from(init) },
    ...loaded.map(({ name, content }) => ({ name: `${name}.ko`, mode: programMode, content })),
  ]);
}

/** On a bus each, in their order; the machine's own IDE controller has two of two. */
function opticalDevices(discs: readonly OpticalDrive[]): { readonly drive: string[]; readonly device: string[] } {
  const drive = discs.flatMap(({ socket }, index) =>
    socket === undefined
      ? []
      : [
          `if=none,id=disc${index},format=raw,readonly=on,file.driver=nbd,file.server.type=unix,file.server.path=${socket}`,
        ],
  );
  let ide = 0;
  const device = discs.map((disc, index) => {
    const medium = disc.socket === undefined ? "" : `,drive=disc${index}`;
    return disc.bus === "scsi"
      ? `scsi-cd,bus=scsi.0,product=${disc.model}${medium}`
      : `ide-cd,bus=ide.${ide++}${medium}`;
  });
  return { drive, device: discs.length === 0 ? [] : ["virtio-scsi-pci,id=scsi", ...device] };
}

function qemuArguments(directory: string, kernel: GuestKernel, discs: readonly OpticalDrive[]): string[] {
  // Without cmpxchg16b: QEMU 7.2's translation of it now and then loses the flags, and the kernel falls.
  const machine =
    "-accel tcg,thread=multi -cpu max,-cx16 -smp 2 -m 1024 -nodefaults -display none -no-reboot -qmp stdio";
  const path = (name: string): string => join(directory, name);
  const optical = opticalDevices(discs);
  const options = {
    kernel: [kernel.image],
    initrd: [path("initrd")],
    append: ["console=ttyS0 panic=-1 quiet"],
    serial: [`file:${path("console")}`, "chardev:terminal"],
    drive: [`file=${path("root")},format=raw,if=virtio,snapshot=on`, ...optical.drive],
    chardev: ["agent", "terminal"].map((name) => `socket,id=${name},path=${path(name)},server=on,wait=off`),
    device: ["virtio-serial", "virtserialport,chardev=agent", "qemu-xhci,id=xhci,p2=8,p3=8", ...optical.device],
  };
  const pairs = Object.entries(options).flatMap(([name, values]) => values.flatMap((value) => [`-${name}`, value]));
  return [...machine.split(" "), ...pairs];
}

/** QEMU's translation of the kernel's own code patching now and then makes it fall before anything of ours has run. */
const starts = 3;

/** Starts a machine whose `/srv` holds copies of `files`. */
export async function startGuest(
  kernel: GuestKernel,
  files: readonly string[],
  discs: readonly OpticalDrive[] = [],
): Promise<GuestMachine> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(kernel, files, discs);
    } catch (error) {
      const fell = error instanceof Error && error.message.includes("Kernel panic");
      if (!fell || attempt === starts) throw error;
    }
  }
}

async function startOnce(
  kernel: GuestKernel,
  files: readonly string[],
  discs: readonly OpticalDrive[],
): Promise<GuestMachine> {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-guest-"));
  makeGuestRoot(join(directory, "root"), files, agentScript);
  writeFileSync(join(directory, "initrd"), initialRoot(kernel, discs));
  const qemu = spawn("qemu-system-x86_64", qemuArguments(directory, kernel, discs), {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const complaints: Buffer[] = [];
  qemu.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const console = (): string => {
    const said = existsSync(join(directory, "console")) ? readFileSync(join(directory, "console"), "latin1") : "";
    return `${Buffer.concat(complaints).toString()}${said}`;
  };
  const close = async (): Promise<void> => {
    if (qemu.exitCode === null && qemu.signalCode === null) {
      const ended = once(qemu, "exit");
      qemu.kill("SIGKILL");
      await ended;
    }
    rmSync(directory, { recursive: true });
  };
  try {
    const qmp = connectQmp(qemu);
    const agent = connectAgent(await connectTo(join(directory, "agent"), qemu));
    const terminal = connectTerminal(await connectTo(join(directory, "terminal"), qemu), agent);
    const timeout = sleep(startTimeoutMs, "late", { ref: false });
    if ((await Promise.race([agent.ready, timeout])) === "late") throw new Error("the guest does not start");
    return {
      run: (...command) => agent.run(...command),
      terminal,
      plug: (options) => plug(qmp, agent, options),
      console,
      close,
    };
  } catch (error) {
    const said = console();
    await close();
    throw new Error(`the guest did not start: ${said}`, { cause: error });
  }
}

/** The guest's name of the optical drive that calls itself `model`. */
export async function opticalPath({ run }: Pick<GuestMachine, "run">, model: string): Promise<string> {
  const { out } = await run(`grep -l '^${model} *$' /sys/block/sr*/device/model`);
  const name = /^\/sys\/block\/(sr\d+)\/device\/model\n$/.exec(out)?.[1];
  if (name === undefined) throw new Error(`the guest sees no drive ${model}: "${out}"`);
  return `/dev/${name}`;
}

async function connectTo(path: string, qemu: ChildProcess): Promise<Socket> {
  while (!existsSync(path)) {
    if (qemu.exitCode !== null) throw new Error(`QEMU ended with ${qemu.exitCode}`);
    await sleep(20);
  }
  const socket = connect(path);
  await once(socket, "connect");
  return socket;
}

async function plug(qmp: Qmp, agent: Agent, { file, serial, rate }: StickOptions): Promise<Stick> {
  const device = `stick-${serial}`;
  const rates = `rates-${serial}`;
  const limits = rate === undefined ? {} : { "bps-read": rate, "bps-write": rate };
  await qmp.ask("object-add", { "qom-type": "throttle-group", id: rates, limits });
  const source =
    typeof file === "string"
      ? { driver: "file", filename: file }
      : { driver: "nbd", server: { type: "unix", path: file.socket } };
  const medium = { driver: "raw", file: source };
  const drive = `medium-${serial}`;
  await qmp.ask("blockdev-add", { driver: "throttle", "node-name": drive, "throttle-group": rates, file: medium });
  await qmp.ask("device_add", { driver: "usb-storage", id: device, bus: "xhci.0", drive, serial, removable: true });
  return {
    path: await pathOf(agent, serial),
    transferred: () => transferred(qmp, device),
    async unplug() {
      await qmp.ask("device_del", { id: device });
      await whenFree(() => qmp.ask("blockdev-del", { "node-name": drive }));
      await qmp.ask("object-del", { id: rates });
    },
  };
}

/** What a pulled device holds is in use for a moment longer: until the transfers under way have ended. */
async function whenFree(release: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + plugTimeoutMs;
  for (;;) {
    try {
      await release();
      return;
    } catch (error) {
      if (!(error instanceof Error) || !/in use/.test(error.message) || performance.now() > deadline) throw error;
    }
    await sleep(pollMs);
  }
}

/** The guest's name of the drive with this USB serial number, once it has its medium. */
async function pathOf(agent: Agent, serial: string): Promise<string> {
  const deadline = performance.now() + plugTimeoutMs;
  // The drive's folder lies below those of its target, its host, its USB interface and its USB device.
  const look =
    // In quotes: where no drive is there yet, the pattern is what the loop has, and one may come at any moment.
    `for d in /sys/block/sd*; do [ "$(cat "$d/device/../../../../serial")" = ${serial} ] ` +
    '&& [ "$(cat "$d/size")" != 0 ] && echo "/dev/${d##*/}"; done 2>/dev/null';
  while (performance.now() < deadline) {
    const { out } = await agent.run(look);
    if (out !== "") return out.trim();
    await sleep(pollMs);
  }
  throw new Error(`the guest does not see the stick ${serial}`);
}

type BlockStatistics = {
  readonly qdev?: string;
  readonly stats: { readonly wr_bytes: number; readonly rd_bytes: number };
};

async function transferred(qmp: Qmp, device: string): Promise<Transferred> {
  const all = (await qmp.ask("query-blockstats")) as BlockStatistics[];
  const found = all.find(({ qdev }) => qdev?.split("/").includes(device) === true);
  if (found === undefined) throw new Error(`QEMU has no statistics of ${device}`);
  return { written: found.stats.wr_bytes, read: found.stats.rd_bytes };
}
