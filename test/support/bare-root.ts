/**
 * A root that holds one program and the C library, and nothing else: no Node, no shell. What runs there sees this
 * machine's /dev, /proc and /sys unless they are left out, in a mount namespace of its own, which ends with it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProgramRun } from "./program.js";

/** Where `executable` lies in the root. */
export const programPlace = "/win7usb";

/** Puts `executable` and the libraries that it is linked with into `root`, which is created. */
export function makeBareRoot(root: string, executable: string): void {
  for (const folder of ["dev", "proc", "sys", "tmp"]) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(executable, join(root, programPlace));
  const listed = execFileSync("ldd", [executable], { encoding: "utf8" });
  for (const [library] of listed.matchAll(/(?<=\s)\/\S+/g)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
}

export type RootOptions = {
  /** False: with nothing of the kernel's in sight. */
  readonly mounts?: boolean;
  /** More namespaces than that of the mounts, as options of unshare(1). */
  readonly namespaces?: readonly string[];
  /** Shell commands that come before the change of the root, which is `$0`. */
  readonly before?: string;
};

/** Runs a command in the root. */
export function runCommandInRoot(root: string, command: readonly string[], options: RootOptions = {}): ProgramRun {
  const { mounts = true, namespaces = [], before = "" } = options;
  const commands = [
    "set -e",
    before,
    ...(mounts ? [`mount --rbind /dev "$0/dev"`, `mount --rbind /sys "$0/sys"`, `mount --rbind /proc "$0/proc"`] : []),
    `exec chroot "$0" "$@"`,
  ];
  const parameters = ["--mount", ...namespaces, "sh", "-c", commands.join("\n"), root, ...command];
  const env = {
    PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
    TMPDIR: "/tmp",
    LC_ALL: "C.UTF-8",
    DEBIAN_FRONTEND: "noninteractive",
  };
  const { status, stdout, stderr } = spawnSync("unshare", parameters, { encoding: "utf8", env, maxBuffer: 2 ** 26 });
  return { exitCode: status, out: stdout, err: stderr };
}

/** Runs the program in the root; `mounts` false: with nothing of the kernel's in sight. */
export function runInRoot(root: string, argv: readonly string[], mounts = true): ProgramRun {
  return runCommandInRoot(root, [programPlace, ...argv], { mounts });
}
