/** Boots an image in Bochs, whose BIOS and processors are others than QEMU's, and reads what it says on the serial port. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { judge } from "./judges.js";

export const bochsBios = "/usr/share/bochs/BIOS-bochs-legacy";
export const vgaBios = "/usr/share/vgabios/vgabios.bin";

/** Processors of 2003 and before, of 2000 and of 2008, as Bochs names them. */
export const bochsModels = ["pentium", "p4_willamette", "atom_n270"] as const;
export type BochsModel = (typeof bochsModels)[number];

export const hasBochs = (): boolean => ["bochs", bochsBios, vgaBios].every((each) => judge(each));

/** The image as the first hard disk. What is written to it is thrown away. */
function configuration(directory: string, image: string, model: BochsModel): string {
  const path = (name: string): string => join(directory, name);
  return [
    "config_interface: textconfig",
    // The one display of the package itself that wants no terminal and no X server: it waits for nobody.
    'display_library: rfb, options="timeout=0"',
    // Without it the default driver is loaded, and falls where a machine has no sound.
    "sound: driver=dummy",
    `cpu: model=${model}, count=1, ips=50000000, reset_on_triple_fault=0`,
    "clock: sync=none",
    "memory: guest=64, host=64",
    `romimage: file=${bochsBios}`,
    `vgaromimage: file=${vgaBios}`,
    "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14",
    // No cylinders given: they follow from the size.
    `ata0-master: type=disk, path="${image}", mode=volatile, journal="${path("written")}", cylinders=0`,
    "boot: disk",
    `com1: enabled=1, mode=file, dev=${path("serial")}`,
    `log: ${path("log")}`,
    "panic: action=fatal",
    "",
  ].join("\n");
}

const pollMs = 50;

/** What `image` says on COM1 until `until` matches; fails with Bochs' own words where it ends before, or after a minute. */
export async function bootInBochs(image: string, model: BochsModel, until: RegExp): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-bochs-"));
  const path = (name: string): string => join(directory, name);
  const read = (name: string): string => (existsSync(path(name)) ? readFileSync(path(name), "latin1") : "");
  writeFileSync(path("bochsrc"), configuration(directory, image, model));
  // Debian's is built with the debugger, which begins with a question.
  writeFileSync(path("commands"), "continue\n");
  const bochs = spawn("bochs", ["-q", "-f", path("bochsrc"), "-rc", path("commands")], {
    cwd: directory,
    // With a socket, which Node's pipes are, the machine stands still.
    stdio: "ignore",
  });
  const ended = new Promise<true>((resolve, reject) => {
    bochs.once("error", reject);
    bochs.once("exit", () => resolve(true));
  });
  try {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const isEnded = await Promise.race([ended, sleep(pollMs, false)]);
      const serial = read("serial");
      if (until.test(serial)) return serial;
      if (isEnded || performance.now() > deadline) throw new Error(`${serial}\n${read("log").slice(-4000)}`);
    }
  } finally {
    bochs.kill("SIGKILL");
    await ended;
    rmSync(directory, { recursive: true });
  }
}
