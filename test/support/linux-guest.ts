/**
 * A Linux of another release in QEMU, for its own file system drivers: Debian's kernel package of that release is fetched
 * through an apt configuration of its own, unpacked, and booted with a few modules, busybox and a script.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { MiB } from "../../src/bytes/units.js";
import { openDebianArchive } from "./debian-archive.js";

export type GuestKernel = { readonly image: string; readonly modules: string };

/** The cloud kernel is small and knows no USB; the other one knows everything. */
export type KernelFlavour = "cloud-amd64" | "amd64";

/** Debian's kernel of `release`, unpacked below `directory`; null where it cannot be had. */
export function fetchKernel(directory: string, release: string, flavour: KernelFlavour): GuestKernel | null {
  const apt = openDebianArchive(directory, release, "amd64");
  if (apt === null) return null;
  const meta = apt("apt-cache", ["show", `linux-image-${flavour}`]) ?? "";
  const name = /^Depends: (linux-image-\S+)/m.exec(meta)?.[1];
  if (name === undefined || apt("apt-get", ["download", `${name}:amd64`]) === null) return null;
  const archive = readdirSync(directory).find((file) => file.endsWith(".deb"))!;
  const kernel = join(directory, "kernel");
  mkdirSync(kernel);
  execFileSync("dpkg-deb", ["-x", join(directory, archive), kernel]);
  const version = readdirSync(join(kernel, "usr/lib/modules"))[0]!;
  return {
    image: join(kernel, "boot", `vmlinuz-${version}`),
    modules: join(kernel, "usr/lib/modules", version, "kernel"),
  };
}

export type ArchiveFile = { readonly name: string; readonly mode: number; readonly content: Uint8Array };

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** A cpio archive in the "newc" form, which the kernel unpacks as its first root. */
export function encodeCpio(files: readonly ArchiveFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, { name, mode, content }] of [
    ...files,
    { name: "TRAILER!!!", mode: 0, content: Buffer.alloc(0) },
  ].entries()) {
    const fields = [index + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
    parts.push(pad(Buffer.from(header)), pad(Buffer.from(content)));
  }
  return Buffer.concat(parts);
}

export const directoryMode = 0o040755;
export const programMode = 0o100755;

export type GuestOptions = {
  /** Below the kernel's modules, without ending; loaded in this order. */
  readonly modules: readonly string[];
  /** Shell commands that run when busybox and the modules are there; the disk is /dev/vda. */
  readonly script: string;
  /** Files at the guest's root. */
  readonly files: Readonly<Record<string, string>>;
  readonly disk: string;
  readonly timeoutMs: number;
};

/** Runs `script` in a guest that may change `disk`; returns what it printed. */
export function runGuest(kernel: GuestKernel, options: GuestOptions): string {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-guest-"));
  try {
    const modules = ["drivers/block/virtio_blk", ...options.modules];
    const init = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc; mount -t devtmpfs none /dev
${modules.map((module) => `insmod /${basename(module)}.ko`).join("\n")}
${options.script}
poweroff -f
`;
    const program = (name: string, content: Uint8Array): ArchiveFile => ({ name, mode: programMode, content });
    const busybox = execFileSync("which", ["busybox"], { encoding: "utf8" }).trim();
    const archive = encodeCpio([
      ...["bin", "proc", "dev", "mnt"].map((name) => ({ name, mode: directoryMode, content: Buffer.alloc(0) })),
      program("bin/busybox", readFileSync(busybox)),
      program("init", Buffer.from(init)),
      ...modules.map((module) => {
        const packed = join(kernel.modules, `${module}.ko.xz`);
        return program(`${basename(module)}.ko`, execFileSync("xz", ["-dc", packed], { maxBuffer: 64 * MiB }));
      }),
      ...Object.entries(options.files).map(([name, text]) => program(name, Buffer.from(text))),
    ]);
    writeFileSync(join(directory, "initrd"), archive);
    // Without cmpxchg16b: QEMU 7.2's translation of it now and then loses the flags, and the kernel falls.
    const machine = "-accel tcg -cpu qemu64,-cx16 -m 512 -nodefaults -display none -serial stdio -no-reboot".split(" ");
    const drive = `file=${options.disk.replaceAll(",", ",,")},format=raw,if=virtio`;
    const boot = [
      "-kernel",
      kernel.image,
      "-initrd",
      join(directory, "initrd"),
      "-append",
      "console=ttyS0 panic=-1 quiet",
    ];
    return execFileSync("qemu-system-x86_64", [...machine, ...boot, "-drive", drive], {
      encoding: "utf8",
      timeout: options.timeoutMs,
      maxBuffer: 64 * MiB,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}
