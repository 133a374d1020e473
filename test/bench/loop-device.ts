/** A loop device over a file that the bench made; nothing else is ever written. */
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync } from "node:fs";

export type LoopDevice = { readonly path: string; detach(): void };

/** Root only. `direct`: the device bypasses the page cache of the file below it, as a real drive would. */
export function attachLoop(file: string, size: number, direct: boolean): LoopDevice {
  const handle = openSync(file, "w");
  ftruncateSync(handle, size);
  closeSync(handle);
  const options = ["--find", "--show", ...(direct ? ["--direct-io=on"] : [])];
  const path = execFileSync("losetup", [...options, file], { encoding: "utf8" }).trim();
  return { path, detach: () => void execFileSync("losetup", ["--detach", path]) };
}
