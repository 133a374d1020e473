/** Other people's NTFS tools, called on an image of a partition; whatever they complain of is thrown. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { MiB } from "../../src/bytes/units.js";
import { judge } from "./judges.js";

const environment = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC", PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

/** Standard output of a command that must succeed. */
export function run(command: string, args: readonly string[]): Buffer {
  return execFileSync(command, args, { env: environment, maxBuffer: 512 * MiB, stdio: ["ignore", "pipe", "pipe"] });
}

/** Both outputs of a command that must succeed. */
export function said(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    env: environment,
    encoding: "utf8",
    maxBuffer: 64 * MiB,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

const complaint = /error|fail|corrupt|inconsisten|mismatch|dirty|warn|invalid|damaged|bad |chkdsk|differ|unclean/i;

/** What the tools say when all is well, although it looks like a complaint. */
const harmless = /^(Attempting to correct errors|Bad clusters|Please make a test run).*$|.*percent completed.*/gim;

/** Lets the checkers of ntfs-3g and of libfsntfs look at a volume. */
export function checkNtfsTools(partition: string): void {
  const outputs = [
    said("ntfsfix", ["--no-action", partition]),
    said("ntfsresize", ["--check", "--force", partition]),
    said("ntfsresize", ["--info", "--force", "--no-progress-bar", partition]),
    said("ntfsinfo", ["--mft", partition]),
  ];
  if (!outputs[0]!.includes("processed successfully")) throw new Error(outputs[0]);
  for (const output of outputs) {
    const line = output
      .replaceAll(harmless, "")
      .split("\n")
      .find((text) => complaint.test(text));
    if (line !== undefined) throw new Error(`a checker says "${line}" in:\n${output}`);
  }
  checkNtfsMetadata(partition);
}

/** $MFT to $Extend and what is in $Extend. */
const metadataRecords = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 24, 25, 26];

/**
 * Lets those look who read the metadata files: ntfssecaudit at $Secure, ntfsinfo and fsntfsinfo at each record. Quick, on
 * volumes of any size. Where they are missing nobody is asked; in CI `judge` throws then.
 */
export function checkNtfsMetadata(partition: string): void {
  if (!judge("ntfssecaudit") || !judge("ntfsinfo")) return;
  const audit = said("ntfssecaudit", ["-a", partition]);
  if (!/^All keys are present in all lists\nNo errors were found$/m.test(audit)) throw new Error(audit);
  for (const record of metadataRecords) {
    const info = said("ntfsinfo", ["--force", "--verbose", "--inode", String(record), partition]);
    // ntfs_attr_readall refuses what is larger than it reads at once (EOVERFLOW): $SDS of every volume, mkntfs' too, and the
    // index of a root with hundreds of names. It calls that corrupt before it has looked at a byte.
    const tooLarge =
      /^(Failed to read \$(SDS|INDEX_ALLOCATION) attribute: Value too large for defined data type|Corrupt attribute 0x(80 in inode 9|a0 in inode 5))$/gm;
    const rest = info.replaceAll(tooLarge, "");
    if (/corrupt|fail|error|invalid/i.test(rest)) throw new Error(`ntfsinfo of record ${record} says:\n${info}`);
  }
  if (!judge("fsntfsinfo")) return;
  const entries = said("fsntfsinfo", ["-E", "all", partition]);
  if (/unable to|unsupported|corrupt/i.test(entries)) throw new Error(entries);
}

/** The same, where the partition lies in the image file of a whole disk, from 1 MiB to the manifest 1 MiB before its end. */
export function checkStickMetadata(image: string): void {
  const partition = `${image}.metadata`;
  const length = statSync(image).size - 2 * MiB;
  run("dd", [
    `if=${image}`,
    `of=${partition}`,
    "bs=1M",
    "skip=1",
    `count=${length / MiB}`,
    "conv=sparse",
    "status=none",
  ]);
  try {
    checkNtfsMetadata(partition);
  } finally {
    rmSync(partition);
  }
}

/**
 * Mounts a volume read-write by ntfs-3g for as long as `use` runs. With `permissions`, new files get security
 * descriptors of their own, for which $Secure must grow.
 */
export async function mounted<T>(
  partition: string,
  use: (root: string) => T | Promise<T>,
  options = "permissions",
): Promise<T> {
  const root = `${partition}.mounted`;
  mkdirSync(root);
  said("ntfs-3g", ["-o", `rw,streams_interface=none,${options}`, partition, root]);
  try {
    return await use(root);
  } finally {
    run("umount", [root]);
    waitForUnmount(partition);
    rmSync(root, { recursive: true });
  }
}

/** ntfs-3g writes its last blocks after umount has returned; it holds the file open until it is done. */
function waitForUnmount(partition: string): void {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { status } = spawnSync("pgrep", ["-f", `ntfs-3g .*${partition}`], { env: environment });
    if (status !== 0) return;
    spawnSync("sleep", ["0.1"]);
  }
  throw new Error(`ntfs-3g still holds ${partition}`);
}

const blockSize = 4 * MiB;

export function digestOf(path: string): string {
  const hash = createHash("sha256");
  const block = Buffer.alloc(blockSize);
  const file = openSync(path, "r");
  try {
    for (;;) {
      const count = readSync(file, block);
      if (count === 0) return hash.digest("hex");
      hash.update(block.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}

/** Path to digest, directories to a slash. */
export function contentsOf(root: string): Map<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  return new Map(
    paths.map((path) => {
      const full = join(root, path);
      return [path, statSync(full).isDirectory() ? "/" : digestOf(full)];
    }),
  );
}

/**
 * What sleuthkit reads: path to digest, directories to a slash. System files are left out. `tsk_recover` reads them all in
 * one run; what it cannot write to this machine's file system for its name, and what is empty, is read by itself.
 */
export function sleuthkitContents(partition: string): Map<string, string> {
  const recovered = `${partition}.sleuthkit`;
  said("tsk_recover", ["-a", partition, recovered]);
  const found = new Map<string, string>();
  for (const line of run("fls", ["-r", "-p", partition]).toString().split("\n")) {
    const [, type, address, inode, path] = /^([rd])\/[rd] ((\d+)-\d+-\d+):\t(.*)$/.exec(line) ?? [];
    if (type === undefined || path === undefined || Number.parseInt(inode!, 10) < 64) continue;
    if (type === "d") found.set(path, "/");
    else if (existsSync(join(recovered, path))) found.set(path, digestOf(join(recovered, path)));
    else {
      const content = run("icat", [partition, address!]);
      found.set(path, createHash("sha256").update(content).digest("hex"));
    }
  }
  rmSync(recovered, { recursive: true });
  return found;
}
