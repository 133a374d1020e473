import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectTarget } from "../../src/drive/index.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices } from "../support/loop-device.js";
import { openTarget } from "../support/open-target.js";
import { leastSize, type ContractTarget } from "./contract-cases.js";
import { driveWriterContract } from "./contract.js";

const usedByte = 0xa5;

async function makeLoopDevice(sectorSize: number): Promise<ContractTarget> {
  const folder = mkdtempSync(join(tmpdir(), "win7usb-contract-"));
  const file = join(folder, "disk.img");
  writeFileSync(file, Buffer.alloc(leastSize, usedByte));
  let device = attachLoopDevice(file, { sectorSize });
  const target = await inspectTarget(device.path);
  return {
    size: leastSize,
    before: usedByte,
    open: () => openTarget(target, { size: leastSize, force: false }),
    async contents() {
      execFileSync("blockdev", ["--flushbufs", device.path]);
      return readFileSync(device.path);
    },
    async swap() {
      device.detach();
      const other = join(folder, "other.img");
      writeFileSync(other, Buffer.alloc(leastSize, usedByte));
      const { path } = device;
      device = attachLoopDevice(other, { sectorSize });
      if (device.path !== path) throw new Error(`${device.path} is not where ${path} was`);
    },
    async dispose() {
      device.detach();
      rmSync(folder, { recursive: true });
    },
  };
}

const possible = canAttachLoopDevices() && judge("losetup");
driveWriterContract("a loop device of 512-byte sectors", "drive", () => makeLoopDevice(512), possible);
driveWriterContract("a loop device of 4096-byte sectors", "drive", () => makeLoopDevice(4096), possible);
