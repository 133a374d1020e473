/** Boots an image in Bochs, whose BIOS and processors are others than QEMU's, and reads what it says on the serial port. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
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

export type BochsOptions = {
  /** The second hard disk. */
  readonly otherDisk?: string;
  /** A floppy that boots first. */
  readonly floppy?: string;
  /** Return is pressed again and again. */
  readonly pressesReturn?: boolean;
};

/** The image as the first hard disk. What is written to a disk is thrown away. */
function configuration(directory: string, image: string, model: BochsModel, options: BochsOptions): string {
  const path = (name: string): string => join(directory, name);
  // No cylinders given: they follow from the size.
  const disk = (place: string, file: string): string =>
    `ata0-${place}: type=disk, path="${file}", mode=volatile, journal="${path(place)}", cylinders=0`;
  const { otherDisk, floppy } = options;
  return [
    "config_interface: textconfig",
    // The one display of the package itself that wants no terminal and no X server: it waits for nobody.
    'display_library: rfb, options="timeout=0"',
    // Without it the default driver is loaded, and falls where a machine has no sound.
    "sound: driver=dummy",
    `cpu: model=${model}, count=1, ips=50000000, reset_on_triple_fault=0`,
    // Who presses keys wants seconds that last.
    `clock: sync=${options.pressesReturn === true ? "realtime" : "none"}`,
    "memory: guest=64, host=64",
    `romimage: file=${bochsBios}`,
    `vgaromimage: file=${vgaBios}`,
    "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14",
    disk("master", image),
    ...(otherDisk === undefined ? [] : [disk("slave", otherDisk)]),
    ...(floppy === undefined ? ["boot: disk"] : [`floppya: 1_44="${floppy}", status=inserted`, "boot: floppy, disk"]),
    `com1: enabled=1, mode=file, dev=${path("serial")}`,
    `log: ${path("log")}`,
    "panic: action=fatal",
    "",
  ].join("\n");
}

const pollMs = 50;

/** What `image` says on COM1 until `until` matches; fails with Bochs' own words where it ends before, or after a minute. */
export async function bootInBochs(
  image: string,
  model: BochsModel,
  until: RegExp,
  options: BochsOptions = {},
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-bochs-"));
  const path = (name: string): string => join(directory, name);
  const read = (name: string): string => (existsSync(path(name)) ? readFileSync(path(name), "latin1") : "");
  writeFileSync(path("bochsrc"), configuration(directory, image, model, options));
  // Debian's is built with the debugger, which begins with a question.
  writeFileSync(path("commands"), "continue\n");
  const bochs = spawn("bochs", ["-q", "-f", path("bochsrc"), "-rc", path("commands")], {
    cwd: directory,
    // With a socket, which Node's pipes are, the machine stands still.
    stdio: "ignore",
  });
  let keys: Keys | undefined;
  const ended = new Promise<true>((resolve, reject) => {
    bochs.once("error", reject);
    bochs.once("exit", () => resolve(true));
  });
  try {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const isEnded = await Promise.race([ended, sleep(pollMs, false)]);
      const serial = read("serial");
      const port = /listening for connections on port (\d+)/.exec(read("log"))?.[1];
      if (options.pressesReturn === true && port !== undefined) (keys ??= vncKeys(Number(port))).pressReturn();
      if (until.test(serial)) return serial;
      if (isEnded || performance.now() > deadline) throw new Error(`${serial}\n${read("log").slice(-4000)}`);
    }
  } finally {
    keys?.close();
    bochs.kill("SIGKILL");
    await ended;
    rmSync(directory, { recursive: true });
  }
}

type Keys = { pressReturn(): void; close(): void };

/** The keyboard of Bochs' display, by RFB 3.3 (RFC 6143, appendix A; 7.5.4: KeyEvent). */
function vncKeys(port: number): Keys {
  const socket = createConnection(port, "127.0.0.1");
  let answered = 0;
  // Its version, its security type (none is asked for), and what it shows: each is answered once, the last one by keys.
  const answers = [Buffer.from("RFB 003.003\n"), Buffer.of(1)];
  socket.on("data", () => {
    const answer = answers[answered];
    answered += 1;
    if (answer !== undefined) socket.write(answer);
  });
  // It goes away with the machine.
  socket.on("error", () => undefined);
  const keyEvent = (isDown: boolean): Buffer => Buffer.of(4, isDown ? 1 : 0, 0, 0, 0, 0, 0xff, 0x0d);
  return {
    pressReturn: () =>
      void (answered > answers.length && socket.write(Buffer.concat([keyEvent(true), keyEvent(false)]))),
    close: () => socket.destroy(),
  };
}
