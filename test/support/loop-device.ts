/**
 * Loop devices over files that the test made: the only drives that tests ever write. Root only; whoever attaches one
 * detaches it in `finally`.
 */
import { execFileSync } from "node:child_process";

export type LoopDevice = { readonly path: string; detach(): void };

export type LoopOptions = {
  readonly readOnly?: boolean;
  readonly partitions?: boolean;
  readonly sectorSize?: number;
  /** Past the page cache of the file below: what that one says of each transfer is what the device says. */
  readonly direct?: boolean;
};

/** Whether loop devices can be made here. */
export function canAttachLoopDevices(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

export function attachLoopDevice(file: string, options: LoopOptions = {}): LoopDevice {
  const parameters = ["--find", "--show"];
  if (options.readOnly === true) parameters.push("--read-only");
  if (options.partitions === true) parameters.push("--partscan");
  if (options.direct === true) parameters.push("--direct-io=on");
  if (options.sectorSize !== undefined) parameters.push("--sector-size", String(options.sectorSize));
  const path = execFileSync("losetup", [...parameters, file], { encoding: "utf8" }).trim();
  if (!/^\/dev\/loop\d+$/.test(path)) throw new Error(`losetup answered "${path}"`);
  return { path, detach: () => void execFileSync("losetup", ["--detach", path]) };
}
