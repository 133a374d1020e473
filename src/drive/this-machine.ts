/**
 * The devices of the machine that this runs on, as a listing: what Linux has in /sys, each file's path in front of its text, as
 * `grep` would print it, so that the same lines can be carried over from another machine. Devices may vanish meanwhile.
 */
import { realpath } from "node:fs/promises";
import { Win7UsbError } from "../errors.js";
import { namesIn, text } from "./linux-sysfs.js";
import { platform } from "./platform.js";

/** Those that Windows has, too, and the files of a device that tell of it. */
const buses = [
  { bus: "pci", files: ["modalias", "revision"] },
  { bus: "usb", files: ["modalias"] },
  { bus: "acpi", files: ["modalias", "status"] },
  { bus: "hdaudio", files: ["modalias"] },
  { bus: "vmbus", files: ["modalias"] },
] as const;
/** Of the machine: its name, whether UEFI started this Linux, how much memory it has. */
const machineFiles = ["/sys/class/dmi/id/modalias", "/sys/firmware/efi/fw_platform_size"];
const memoryFile = "/proc/meminfo";

/** Throws `input-unsupported` where it is no Linux. */
export async function thisMachine(): Promise<Uint8Array> {
  if (platform !== "linux") {
    throw new Win7UsbError("input-unsupported", "the devices of this machine can be read on Linux alone", {
      hint: "Make a listing and name it: pnputil /enum-devices /connected /ids > machine.txt.",
    });
  }
  const lines: string[] = [];
  for (const { bus, files } of buses) {
    const folder = `/sys/bus/${bus}/devices`;
    for (const name of await namesIn(folder)) {
      const device = await realpath(`${folder}/${name}`).catch(() => null);
      for (const file of device === null ? [] : files) lines.push(...(await lineOf(`${device}/${file}`)));
    }
  }
  for (const file of machineFiles) lines.push(...(await lineOf(file)));
  const memory = /^MemTotal:.*$/m.exec((await text(memoryFile)) ?? "")?.[0];
  if (memory !== undefined) lines.push(`${memoryFile}:${memory}`);
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}

async function lineOf(path: string): Promise<string[]> {
  const content = await text(path);
  return content === null ? [] : [`${path}:${content}`];
}
