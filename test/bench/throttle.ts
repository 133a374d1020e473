/**
 * A device at the pace of a real stick: a control group of the bench's own, whose direct transfers the kernel holds back
 * (Documentation/admin-guide/cgroup-v1/blkio-controller.rst, cgroup-v2.rst "io.max").
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Throttle = {
  /** The command that runs `command` in the group. */
  run(command: readonly string[]): readonly string[];
  remove(): void;
};

const root = "/sys/fs/cgroup";

/** Root only. Limits reads and writes of `device` (`/dev/loop0`) to `bytesPerSecond` each. */
export function throttleDevice(device: string, bytesPerSecond: number): Throttle {
  const number = readFileSync(`/sys/block/${device.replace("/dev/", "")}/dev`, "utf8").trim();
  const old = existsSync(join(root, "blkio", "cgroup.procs"));
  const group = join(root, old ? "blkio" : "", `win7usb-bench-${process.pid}`);
  if (!old) writeFileSync(join(root, "cgroup.subtree_control"), "+io");
  mkdirSync(group);
  if (old) {
    for (const direction of ["read", "write"]) {
      writeFileSync(join(group, `blkio.throttle.${direction}_bps_device`), `${number} ${bytesPerSecond}`);
    }
  } else {
    writeFileSync(join(group, "io.max"), `${number} rbps=${bytesPerSecond} wbps=${bytesPerSecond}`);
  }
  return {
    run: (command) => ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', group, ...command],
    remove: () => rmdirSync(group),
  };
}
