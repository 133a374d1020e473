/**
 * Boots an image in QEMU (SeaBIOS, software emulation) and reads what it says: the serial port and the text screen.
 * The image is never changed. Used by the boot tests and by the demo.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export type QemuOptions = {
  /** How the image is attached: as a USB stick on a USB 2 or USB 3 controller, or as an IDE disk. */
  readonly bus: "ehci" | "xhci" | "ide";
  /** As QEMU names it; `raw` where it is not given. */
  readonly format?: string;
  /** A floppy that boots first. */
  readonly floppy?: string;
  /** Further IDE disks, behind the image in the BIOS's order. */
  readonly extraDrives?: readonly string[];
  /** Properties of the IDE disk, such as a geometry: `cyls=1024,heads=16,secs=63`. */
  readonly ideProperties?: string;
  /** The guest's clock jumps to what it waits for; nobody can press a key in time then. */
  readonly skipsWaiting?: boolean;
  readonly timeoutMs?: number;
  /** Ends the run when serial or screen text matches; default: what our boot code or SeaBIOS says when it gives up. */
  readonly until?: RegExp;
  /** Return is pressed once, as soon as this shows on the screen. */
  readonly pressReturnAt?: RegExp;
};

export type QemuResult = {
  readonly serial: string;
  /** The text screen, lines without trailing blanks; as last seen. */
  readonly screen: string;
  /** QEMU's exit code; null where it was ended because `until` matched or time ran out. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
};

/** QEMU's exit code after the test program wrote 0x10 ("all is well") to isa-debug-exit: (0x10 << 1) | 1. */
export const probeSucceeded = 33;

const screenColumns = 80;
const screenCells = 80 * 25;
const pollMs = 200;

export async function bootImage(path: string, options: QemuOptions): Promise<QemuResult> {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-qemu-"));
  const serialPath = join(directory, "serial.txt");
  const qemu = spawn("qemu-system-i386", qemuArguments(path, serialPath, options), {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const complaints: Buffer[] = [];
  qemu.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    qemu.once("error", reject);
    qemu.once("exit", (code) => resolve(code));
  });
  try {
    const result = await watch(qemu, ended, serialPath, options);
    // isa-debug-exit makes odd codes of what the guest writes, and the probe writes 0x10 and more.
    if (result.exitCode !== null && (result.exitCode === 1 || result.exitCode % 2 === 0)) {
      throw new Error(`qemu-system-i386 ended with ${result.exitCode}: ${Buffer.concat(complaints).toString()}`);
    }
    return result;
  } finally {
    if (qemu.exitCode === null) qemu.kill("SIGKILL");
    await ended.catch(() => null);
    rmSync(directory, { recursive: true });
  }
}

function drive(file: string, id: string, format = "raw"): string[] {
  return ["-drive", `file=${file.replaceAll(",", ",,")},format=${format},if=none,id=${id},snapshot=on`];
}

function qemuArguments(path: string, serialPath: string, options: QemuOptions): string[] {
  const ide = options.ideProperties === undefined ? "" : `,${options.ideProperties}`;
  const attached = {
    ehci: ["-device", "usb-ehci,id=hc", "-device", "usb-storage,bus=hc.0,drive=stick,bootindex=1"],
    xhci: ["-device", "qemu-xhci,id=hc", "-device", "usb-storage,bus=hc.0,drive=stick,bootindex=1"],
    ide: ["-device", `ide-hd,bus=ide.0,drive=stick,bootindex=1${ide}`],
  }[options.bus];
  const base = "-accel tcg -m 64 -nodefaults -vga std -display none -net none -qmp stdio".split(" ");
  const args = [...base, "-serial", `file:${serialPath}`, "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"];
  // An instruction takes 8 ns of the guest's time.
  if (options.skipsWaiting === true) args.push("-icount", "shift=3,sleep=off");
  args.push(...drive(path, "stick", options.format), ...attached);
  if (options.floppy !== undefined) {
    args.push(...drive(options.floppy, "fd"), "-device", "floppy,drive=fd", "-global", "isa-fdc.bootindexA=0");
  }
  for (const [index, file] of (options.extraDrives ?? []).entries()) {
    args.push(...drive(file, `extra${index}`), "-device", `ide-hd,drive=extra${index},bootindex=${index + 2}`);
  }
  return args;
}

async function watch(
  qemu: ChildProcess,
  ended: Promise<number | null>,
  serialPath: string,
  options: QemuOptions,
): Promise<QemuResult> {
  const until = options.until ?? /Press any key|No bootable device/;
  const deadline = Date.now() + (options.timeoutMs ?? 240_000);
  const monitor = qmpClient(qemu);
  let screen = "";
  let pressAt = options.pressReturnAt;
  for (;;) {
    const exit = await Promise.race([ended.then((code) => ({ code })), sleep(pollMs)]);
    const serial = readSerial(serialPath);
    if (exit !== undefined) return { serial, screen, exitCode: exit.code, timedOut: false };
    screen = (await Promise.race([monitor.screen(), ended.then(() => screen)])) || screen;
    if (pressAt?.test(screen) === true) {
      monitor.pressReturn();
      pressAt = undefined;
    }
    if (until.test(serial) || until.test(screen)) return { serial, screen, exitCode: null, timedOut: false };
    if (Date.now() > deadline) return { serial, screen, exitCode: null, timedOut: true };
  }
}

function readSerial(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    // QEMU makes the file when it starts; until then nothing was said.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** The QEMU Machine Protocol, as far as reading the screen needs it: a JSON object a line, answers in order. */
function qmpClient(qemu: ChildProcess): { screen(): Promise<string>; pressReturn(): void } {
  const waiting: ((answer: unknown) => void)[] = [];
  createInterface({ input: qemu.stdout! }).on("line", (line) => {
    const message = JSON.parse(line) as Record<string, unknown>;
    if ("return" in message || "error" in message) waiting.shift()?.(message["return"]);
  });
  const ask = (command: object): Promise<unknown> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      qemu.stdin!.write(`${JSON.stringify(command)}\n`);
    });
  // Writing to a QEMU that has just ended is no fault: its end is seen elsewhere.
  qemu.stdin!.on("error", () => undefined);
  const ready = ask({ execute: "qmp_capabilities" });
  return {
    pressReturn: () => void ask({ execute: "send-key", arguments: { keys: [{ type: "qcode", data: "ret" }] } }),
    async screen() {
      await ready;
      const command = `xp /${screenCells}hx 0xb8000`;
      const dump = await ask({ execute: "human-monitor-command", arguments: { "command-line": command } });
      return typeof dump === "string" ? screenText(dump) : "";
    },
  };
}

/** Lines `000b8000: 0x0757 0x0769 ...`: the low byte of each cell is its character. */
function screenText(dump: string): string {
  const cells = [...dump.matchAll(/ 0x[0-9a-f]{2}([0-9a-f]{2})/g)].map((match) => Number.parseInt(match[1]!, 16));
  const characters = cells.map((cell) => (cell >= 0x20 && cell < 0x7f ? String.fromCharCode(cell) : " ")).join("");
  const lines: string[] = [];
  for (let start = 0; start < characters.length; start += screenColumns) {
    lines.push(characters.slice(start, start + screenColumns).trimEnd());
  }
  return lines.join("\n").trimEnd();
}
