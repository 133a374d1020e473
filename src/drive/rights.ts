/** Checks permissions and read-only file systems before anything is opened. */
import { constants } from "node:fs";
import { access, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCodeOf, reasonOf, Win7UsbError } from "../errors.js";
import { readMounts } from "./linux-devices.js";
import { mountOf } from "./linux-mounts.js";
import { openError } from "./open-error.js";
import { platform } from "./platform.js";
import { finalPathOf } from "./real-path.js";

/** Whose rights a drive needs. */
type Needed = "root" | "administrator";

/** Undefined where this process has them already, and more cannot be had. */
export function lackingRights(): Needed | undefined {
  if (platform === "win32") return "administrator";
  return process.geteuid?.() === 0 ? undefined : "root";
}

/** What gives a command the rights that it lacks. */
export function rightsHint(needs: unknown): string {
  return needs === "administrator" ? "Run the same command as Administrator." : "Run the same command as root.";
}

/** Throws `no-permission` where this user may not write the drive; `needs` in its data where more rights can be had. */
export async function requireDriveRights(path: string): Promise<void> {
  // Nothing but opening it shows that on Windows; a handle that was written through by nobody changes nothing.
  const attempt = platform === "win32" ? openAndClose(path) : access(path, constants.R_OK | constants.W_OK);
  await requireAllowed(attempt, (error) => driveRightsError(path, error, "write"));
}

/** What opening a drive throws: `no-permission` with whose rights it needs, or what `openError` makes of it. */
export function driveRightsError(path: string, cause: unknown, use: "read" | "write"): Win7UsbError {
  const needs = lackingRights();
  if (!refused.has(errorCodeOf(cause) ?? "") || errorCodeOf(cause) === "EROFS" || needs === undefined) {
    return openError(path, cause, use);
  }
  const done = use === "read" ? "read" : "written";
  return new Win7UsbError("no-permission", `${path} may not be ${done} without more rights: ${reasonOf(cause)}`, {
    hint: rightsHint(needs),
    data: { target: path, cause: errorCodeOf(cause), needs },
    cause,
  });
}

async function openAndClose(path: string): Promise<void> {
  // A name as text gets a backslash behind it by some versions of Node 20: see win32.ts.
  const handle = await open(Buffer.from(path), constants.O_RDWR);
  await handle.close();
}

/** Throws `no-permission` or `target-read-only` where the temporary file cannot be created in the image file's folder. */
export async function requireFolderRights(path: string): Promise<void> {
  const folder = dirname(await finalPathOf(path));
  await requireFiles(path, folder);
  await requireAllowed(access(folder, constants.W_OK | constants.X_OK), (error) => openError(path, error));
}

/** File systems of Linux in which the kernel shows itself: root has all rights there, and nobody can create a file. */
const withoutFiles: ReadonlySet<string> = new Set(
  "proc sysfs devpts cgroup cgroup2 debugfs tracefs securityfs configfs binfmt_misc pstore efivarfs bpf selinuxfs".split(
    " ",
  ),
);

async function requireFiles(path: string, folder: string): Promise<void> {
  if (platform !== "linux") return;
  const { fileSystem } = mountOf(await readMounts(), await finalPathOf(folder)) ?? {};
  if (fileSystem === undefined || !withoutFiles.has(fileSystem)) return;
  throw new Win7UsbError(
    "target-read-only",
    `${path} cannot be created: ${folder} is the kernel's own (${fileSystem})`,
    {
      hint: "Choose a place that can be written to.",
      data: { target: path },
    },
  );
}

const refused = new Set(["EACCES", "EPERM", "EROFS"]);

async function requireAllowed(attempt: Promise<void>, errorOf: (cause: unknown) => Win7UsbError): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    // Opening the target reports other errors better.
    if (refused.has(errorCodeOf(error) ?? "")) throw errorOf(error);
  }
}
