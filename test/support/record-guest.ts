/**
 * Machines with Debian 13 that are recorded: QEMU (software emulation) with whatever drives it has, Debian's own kernel,
 * udev and tools. The tools come over 9p, which is no drive, so that every drive that the guest has belongs to the
 * machine it plays, its root among them.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MiB } from "../../src/bytes/units.js";
import { modulesFor } from "./guest-modules.js";
import { directoryMode, encodeCpio, programMode, type GuestKernel } from "./linux-guest.js";
import type { RecordedMachine } from "./record-machines.js";

// The sources' folder, whether this is the source or its compiled form in build/.
const above = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const repository = existsSync(join(above, "package.json")) ? above : dirname(above);

export type GuestTools = { readonly folder: string; readonly kernel: GuestKernel };

const packages = (
  "linux-image-amd64 dash coreutils util-linux fdisk mount udev kmod lvm2 mdadm cryptsetup-bin btrfs-progs dosfstools " +
  "e2fsprogs squashfs-tools multipath-tools nbd-client nbd-server bcache-tools libstdc++6"
).split(" ");

/** Debian 13's kernel and tools, unpacked below `directory`; null where they cannot be had. Nothing is installed. */
export function fetchGuestTools(directory: string): GuestTools | null {
  const listed = spawnSync("apt-get", ["indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"]);
  const mirror = /^Debian (\S+)$/m.exec(String(listed.stdout))?.[1];
  if (mirror === undefined) return null;
  for (const folder of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(directory, folder), { recursive: true });
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  writeFileSync(join(directory, "sources.list"), `deb [arch=amd64 signed-by=${keyring}] ${mirror} trixie main\n`);
  writeFileSync(join(directory, "status"), "");
  const options = [
    `Dir::Etc::sourcelist=${join(directory, "sources.list")}`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${join(directory, "lists")}`,
    `Dir::State::status=${join(directory, "status")}`,
    `Dir::Cache=${join(directory, "cache")}`,
    "APT::Architectures=amd64",
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  const apt = (parameters: string[]): boolean => spawnSync("apt-get", [...options, ...parameters]).status === 0;
  const wanted = ["-y", "--no-install-recommends", "--download-only", "install", ...packages];
  return apt(["update"]) && apt(wanted) ? unpack(directory) : null;
}

function unpack(directory: string): GuestTools {
  const archives = join(directory, "cache/archives");
  const folder = join(directory, "tools");
  for (const name of readdirSync(archives)) {
    if (name.endsWith(".deb")) execFileSync("dpkg-deb", ["-x", join(archives, name), folder]);
  }
  for (const name of merged) symlinkSync(`usr/${name}`, join(folder, name));
  copyFileSync(process.execPath, join(folder, "usr/bin/node"));
  const version = readdirSync(join(folder, "usr/lib/modules"))[0]!;
  execFileSync("chroot", [folder, "/usr/sbin/depmod", version]);
  const kernel = {
    image: join(folder, "boot", `vmlinuz-${version}`),
    modules: join(folder, "usr/lib/modules", version, "kernel"),
  };
  return { folder, kernel };
}

/** Links to folders of the same name in /usr. */
const merged = ["bin", "sbin", "lib", "lib64"];
const links: Record<string, string> = {
  usr: "/tools/usr",
  etc: "/tools/etc",
  var: "/tools/var",
  ...Object.fromEntries(merged.map((name) => [name, `usr/${name}`])),
};
const mountPoints = ["proc", "sys", "dev", "run", "tmp", "tools", "win7usb", "out"];

const linkMode = 0o120777;

function initialRoot({ kernel }: GuestTools): Buffer {
  const loaded = modulesFor(kernel, ["9p", "9pnet_virtio", "virtio_pci"]);
  const init = `#!/busybox sh
export PATH=/usr/sbin:/usr/bin HOME=/root LVM_SYSTEM_DIR=/run/lvm-settings
b=/busybox
for fs in proc:proc:/proc sysfs:sysfs:/sys devtmpfs:devtmpfs:/dev tmpfs:tmpfs:/run tmpfs:tmpfs:/tmp; do
  IFS=: ; set -- $fs; unset IFS; $b mount -t $1 $2 $3
done
${loaded.map(({ name }) => `$b insmod /${name}.ko`).join("\n")}
for tag in tools win7usb; do $b mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=262144,ro $tag /$tag; done
$b mount -t 9p -o trans=virtio,version=9p2000.L out /out
exec dash /out/initial
`;
  const busybox = execFileSync("which", ["busybox"], { encoding: "utf8" }).trim();
  const folders = [...mountPoints, "newroot"].map((name) => ({ name, mode: directoryMode, content: Buffer.alloc(0) }));
  return encodeCpio([
    ...folders,
    ...Object.entries(links).map(([name, target]) => ({ name, mode: linkMode, content: Buffer.from(target) })),
    { name: "busybox", mode: programMode, content: readFileSync(busybox) },
    { name: "init", mode: programMode, content: Buffer.from(init) },
    ...loaded.map(({ name, content }) => ({ name: `${name}.ko`, mode: programMode, content })),
  ]);
}

const startUdev = `
/usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --action=add --type=subsystems; udevadm trigger --action=add --type=devices; udevadm settle
`;

/** USB drives come after the others, which are called by the order of their ports then. */
const startUsb = "modprobe usb-storage; modprobe uas; sleep 5; udevadm settle";

/** The first process: makes the machine's root on its drives, and goes on there. */
function initialScript({ prepare }: RecordedMachine): string {
  return `trap 'echo FAILED at $?; /busybox poweroff -f' EXIT
${startUdev}
${startUsb}
set -ex
${prepare}
set +x
udevadm settle; udevadm control --exit || true
mkdir -p ${mountPoints.map((name) => `/newroot/${name}`).join(" ")}
${Object.entries(links)
  .map(([name, target]) => `ln -sfn ${target} /newroot/${name}`)
  .join("\n")}
for folder in ${mountPoints.join(" ")}; do /busybox mount --move /$folder /newroot/$folder; done
trap - EXIT
exec /busybox switch_root /newroot /usr/bin/dash /out/final
`;
}

/** The first process on the machine's own root. */
function finalScript({ running, about }: RecordedMachine): string {
  return `trap 'echo FAILED at $?; echo o >/proc/sysrq-trigger; sleep 9' EXIT
${startUdev}
set -ex
${running}
udevadm settle
node /out/record-drives.js --about '${about.replaceAll("'", "’")}' >/out/recording.json
node /win7usb/bin/win7usb.js drives --all --json >/out/drives.json
echo done >/out/done
`;
}

function compileRecorder(folder: string): void {
  const compiler = join(repository, "node_modules", "typescript", "bin", "tsc");
  const options = "--ignoreConfig --target es2023 --lib es2023 --types node --module nodenext --outDir".split(" ");
  const source = join(repository, "test", "support", "record-drives.ts");
  execFileSync(process.execPath, [compiler, ...options, folder, source], { cwd: repository });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
}

export type GuestRecording = {
  /** Texts of the recorder and of `win7usb drives --all --json` in the guest. */
  readonly recording: string;
  readonly drives: string;
};

/** Plays one machine from its start to its recording; throws with what it said where it does not come to that. */
export function recordInGuest(tools: GuestTools, machine: RecordedMachine): GuestRecording {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-record-"));
  const out = join(directory, "out");
  mkdirSync(out);
  try {
    writeFileSync(join(directory, "initrd"), initialRoot(tools));
    compileRecorder(out);
    writeFileSync(join(out, "initial"), initialScript(machine));
    writeFileSync(join(out, "final"), finalScript(machine));
    for (const [name, size] of Object.entries(machine.media)) {
      writeFileSync(join(directory, name), "");
      truncateSync(join(directory, name), size);
    }
    const said = execFileSync("qemu-system-x86_64", qemuArguments(directory, tools, machine), {
      cwd: directory,
      encoding: "utf8",
      timeout: 900_000,
      maxBuffer: 64 * MiB,
    });
    const read = (name: string): string => readFileSync(join(out, name), "utf8");
    if (!existsSync(join(out, "done"))) throw new Error(`${machine.name} was not recorded: ${said}`);
    return { recording: read("recording.json"), drives: read("drives.json") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function qemuArguments(directory: string, tools: GuestTools, machine: RecordedMachine): string[] {
  // Without cmpxchg16b: QEMU 7.2's translation of it now and then loses the flags, and the kernel falls.
  const cpu = "-accel tcg -cpu max,-cx16 -m 1024 -nodefaults -display none -no-reboot -serial stdio";
  const share = (tag: string, path: string, more: string): string[] => [
    "-virtfs",
    `local,path=${path},mount_tag=${tag},security_model=none,multidevs=remap${more}`,
  ];
  return [
    ...cpu.split(" "),
    "-kernel",
    tools.kernel.image,
    "-initrd",
    join(directory, "initrd"),
    "-append",
    "console=ttyS0 panic=-1 quiet no_timer_check modprobe.blacklist=usb_storage,uas",
    ...share("tools", tools.folder, ",readonly=on"),
    ...share("win7usb", repository, ",readonly=on"),
    ...share("out", join(directory, "out"), ""),
    ...machine.hardware.flatMap((line) => line.split(" ")),
  ];
}
