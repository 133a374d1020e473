/**
 * The disk that a guest starts from: busybox, this machine's Node and its libraries, win7usb as built with the packages
 * it needs at run time, and the files of the test. An ext4 file system without a partition table, made by mkfs.ext4.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MiB } from "../../src/bytes/units.js";

const repository = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Room for Node, its libraries and what the guest writes, in bytes. */
const roomBesidesFiles = 512 * MiB;

/** Real ones besides busybox: what a person's Linux has, and says. */
const programs = ["mount", "umount", "blockdev"];

/**
 * Node itself; `node` starts it without V8's own threads, which compile and collect garbage beside the program: an emulated
 * processor has no time for them, and a write takes half as long. The program's threads are as they are.
 */
const emulatedNode = "bin/node.emulated";

/** Folder of the guest that holds the test's files. */
export const guestFiles = "/srv";

function which(command: string): string {
  return execFileSync("sh", ["-c", 'PATH="$PATH:/usr/sbin:/sbin" command -v "$0"', command], {
    encoding: "utf8",
  }).trim();
}

/** Paths of the shared libraries and the loader of a program. */
function librariesOf(program: string): string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...text.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1]!);
}

function install(stage: string, from: string, to = from): void {
  const path = join(stage, to);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(realpathSync(from), path);
}

/** Names of the packages that win7usb needs at run time, those that they need among them. */
function runtimePackages(): string[] {
  const found = new Set<string>();
  const add = (manifest: string): void => {
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
      dependencies?: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      if (found.has(name)) continue;
      found.add(name);
      add(join(repository, "node_modules", name, "package.json"));
    }
  };
  add(join(repository, "package.json"));
  return [...found];
}

function installWin7usb(stage: string): void {
  const home = join(stage, "opt/win7usb");
  for (const folder of ["bin", "dist"]) cpSync(join(repository, folder), join(home, folder), { recursive: true });
  install(stage, join(repository, "package.json"), "opt/win7usb/package.json");
  for (const name of runtimePackages()) {
    const path = join("node_modules", name);
    cpSync(join(repository, path), join(home, path), { recursive: true });
  }
  symlinkSync("/opt/win7usb/bin/win7usb.js", join(stage, "bin/win7usb"));
}

/** Makes the disk as the file `path`, with `files` (paths here) in the folder `guestFiles`. */
export function makeGuestRoot(path: string, files: readonly string[], agent: string): void {
  const stage = mkdtempSync(join(tmpdir(), "win7usb-guest-root-"));
  try {
    for (const name of ["bin", "usr/bin", "dev", "proc", "sys", "run", "tmp", "mnt", "etc", "srv"])
      mkdirSync(join(stage, name), { recursive: true });
    install(stage, which("busybox"), "bin/busybox");
    install(stage, process.execPath, emulatedNode);
    writeFileSync(join(stage, "bin/node"), `#!/bin/sh\nexec /${emulatedNode} --single-threaded "$@"\n`, {
      mode: 0o755,
    });
    symlinkSync("/bin/env", join(stage, "usr/bin/env"));
    const installed = programs.map((name) => ({ name, from: which(name) }));
    for (const { name, from } of installed) install(stage, from, `bin/${name}`);
    for (const program of [process.execPath, ...installed.map(({ from }) => from)])
      for (const library of librariesOf(program)) install(stage, library);
    installWin7usb(stage);
    for (const file of files) install(stage, file, join(guestFiles, basename(file)));
    writeFileSync(join(stage, "agent"), agent, { mode: 0o755 });
    const content = files.reduce((total, file) => total + statSync(file).size, 0);
    writeFileSync(path, "");
    truncateSync(path, content + roomBesidesFiles);
    execFileSync(which("mkfs.ext4"), ["-q", "-F", "-O", "^has_journal", "-m", "0", "-d", stage, path]);
  } finally {
    rmSync(stage, { recursive: true });
  }
}
