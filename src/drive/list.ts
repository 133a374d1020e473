/** Which drives there are. */
import { Win7UsbError } from "../errors.js";
import { runInterruptibly } from "../source/interruption.js";
import type { Drive, WriteTarget } from "./drive.js";
import { drivesOfDrivelist } from "./drivelist.js";
import { readLinuxDevices, type LinuxDevices } from "./linux-devices.js";
import { drivesOfLinux } from "./linux-drives.js";
import { platform } from "./platform.js";

/** Choices of `listDrives`. */
export type ListOptions = {
  /** Aborting it rejects with `interrupted`, even while the system does not answer. */
  readonly signal?: AbortSignal | undefined;
};

/** Every drive with a medium in it, those that will be refused too. */
export async function listDrives({ signal }: ListOptions = {}): Promise<Drive[]> {
  return runInterruptibly(
    signal,
    () => new Win7UsbError("interrupted", "interrupted: the drives were not listed"),
    () => new DriveListing().drives(),
  );
}

/**
 * The system's drives, listed once when they are first needed, so that all targets and the image of a preparation are
 * compared with the same list. Not to be kept for later, when the list may have changed.
 */
export class DriveListing {
  #devices: Promise<LinuxDevices> | undefined;
  #drives: Promise<Drive[]> | undefined;

  drives(): Promise<Drive[]> {
    this.#drives ??= platform === "linux" ? this.devices().then(drivesOfLinux) : askForDrives();
    return this.#drives;
  }

  /** Linux alone. */
  devices(): Promise<LinuxDevices> {
    this.#devices ??= readLinuxDevices();
    return this.#devices;
  }
}

/** The drives among the targets. */
export function drivesAmong(targets: readonly WriteTarget[]): Drive[] {
  return targets.flatMap((target) => (target.kind === "drive" ? [target.drive] : []));
}

async function askForDrives(): Promise<Drive[]> {
  if (platform === "other") return drivesOfDrivelist();
  try {
    if (platform === "darwin") return await (await import("./darwin.js")).listDarwinDrives();
    return await (await import("./win32.js")).listWindowsDrives();
  } catch (error) {
    // drivelist asks the system in another way; if it fails too, the failure of the system's own command says more.
    return drivesOfDrivelist().catch(() => Promise.reject(error));
  }
}
