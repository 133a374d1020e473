/**
 * A root of arm64's C library with one program, run by QEMU's translation of processes. The kernel starts it (binfmt_misc
 * of a user namespace of its own, Linux 6.7 and newer), because the program starts itself again to write.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { programPlace, runCommandInRoot } from "./bare-root.js";
import { openDebianArchive } from "./debian-archive.js";
import type { ProgramRun } from "./program.js";

/** Of the package qemu-user-static: magic, mask and interpreter. */
const format = "/usr/lib/binfmt.d/qemu-aarch64.conf";

const namespaces = ["--user", "--map-root-user"];

/** Whether this kernel has such formats in a namespace. */
export function canTranslateArm64(): boolean {
  const parameters = [...namespaces, "--mount", "mount", "-t", "binfmt_misc", "binfmt_misc", "/tmp"];
  return spawnSync("unshare", parameters, { stdio: "ignore" }).status === 0;
}

/** Makes the root below `folder`; its path. */
export function makeArm64Root(folder: string, executable: string): string {
  const lists = join(folder, "arm64");
  mkdirSync(lists);
  const apt = openDebianArchive(lists, "bookworm", "arm64");
  if (apt?.("apt-get", ["download", "libc6", "libstdc++6", "libgcc-s1"]) === null || apt === null) {
    throw new Error("Debian's libraries for arm64 cannot be fetched");
  }
  const root = join(folder, "arm64-root");
  for (const name of ["dev", "proc", "sys", "tmp", "formats"]) mkdirSync(join(root, name), { recursive: true });
  for (const name of readdirSync(lists).filter((file) => file.endsWith(".deb"))) {
    execFileSync("dpkg-deb", ["-x", join(lists, name), root]);
  }
  copyFileSync(executable, join(root, programPlace));
  return root;
}

export function runOnArm64(root: string, argv: readonly string[]): ProgramRun {
  const [line = ""] = readFileSync(format, "utf8").trim().split("\n");
  // F: the interpreter is opened now, before the root is another one. P: it is told by which name the program was started.
  const registration = line.replace(/:[A-Z]*$/, ":PF").replaceAll("\\", "\\\\");
  const before = `mount -t binfmt_misc binfmt_misc "$0/formats"; printf '${registration}' > "$0/formats/register"`;
  return runCommandInRoot(root, [programPlace, ...argv], { namespaces, before });
}
