/**
 * Judges: other people's tools that our output is held against. Where one is missing, the tests that need it are
 * skipped and named; in CI a missing judge is a failure, because a skipped judge proves nothing.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Debian package by command, or by a file of its data; for the message and for test/run.js, which installs what is missing. */
export const packageOf: Readonly<Record<string, string>> = {
  "fsck.fat": "dosfstools",
  mcopy: "mtools",
  "7z": "p7zip-full",
  fls: "sleuthkit",
  genisoimage: "genisoimage",
  xorriso: "xorriso",
  mkudffs: "udftools",
  udfclient: "udfclient",
  "wimlib-imagex": "wimtools",
  hivexsh: "libhivex-bin",
  reglookup: "reglookup",
  cabextract: "cabextract",
  lspci: "pciutils",
  gcab: "gcab",
  gzip: "gzip",
  zstd: "zstd",
  chntpw: "chntpw",
  "qemu-system-i386": "qemu-system-x86",
  bochs: "bochs",
  "/usr/share/bochs/BIOS-bochs-legacy": "bochsbios",
  "/usr/share/vgabios/vgabios.bin": "vgabios",
  "qemu-img": "qemu-utils",
  vhdiinfo: "libvhdi-utils",
  vmdkinfo: "libvmdk-utils",
  qcowinfo: "libqcow-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  "/usr/share/OVMF/OVMF_CODE_4M.fd": "ovmf",
  "grub-fstest": "grub-common",
  as: "binutils",
  clang: "clang",
  "wasm-ld": "lld",
  ntfsfix: "ntfs-3g",
  mkntfs: "ntfs-3g",
  ntfsinfo: "ntfs-3g",
  ntfssecaudit: "ntfs-3g",
  "ntfs-3g": "ntfs-3g",
  fsntfsinfo: "libfsntfs-utils",
  busybox: "busybox-static",
  sfdisk: "fdisk",
  ddrescue: "gddrescue",
  ddrescuelog: "gddrescue",
  nbdkit: "nbdkit",
  nbdfuse: "libnbd-bin",
  fusermount3: "fuse3",
  lsblk: "util-linux",
  script: "bsdutils",
  tmux: "tmux",
  unshare: "util-linux",
  setpriv: "util-linux",
  wine: "wine",
  "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
  osslsigncode: "osslsigncode",
  openssl: "openssl",
  python3: "python3",
  file: "file",
  strace: "strace",
  "mkfs.ext4": "e2fsprogs",
  setfattr: "attr",
  chromium: "chromium",
  tidy: "tidy",
  mandoc: "mandoc",
  groff: "groff-base",
  bash: "bash",
  zsh: "zsh",
  fish: "fish",
};

/** Those of tests that are in the whole run alone. */
export const packageOfWholeRun: Readonly<Record<string, string>> = {
  debootstrap: "debootstrap",
  lintian: "lintian",
  "qemu-aarch64-static": "qemu-user-static",
  "llvm-objdump": "llvm",
};

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    // Not there or not for us: either way this directory does not offer the command.
    return !(error instanceof Error);
  }
}

/** Whether `command` can be run here, or the file read. Throws in CI (`CI=true`) where it cannot. */
export function judge(command: string): boolean {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const isThere = isAbsolute(command)
    ? isAccessible(command, constants.R_OK)
    : directories.some((directory) => isAccessible(join(directory, command), constants.X_OK));
  if (isThere) return true;
  if (process.env["CI"] === "true") {
    throw new Error(
      `the judge ${command} is missing: apt-get install ${packageOf[command] ?? packageOfWholeRun[command] ?? command}`,
    );
  }
  return false;
}
