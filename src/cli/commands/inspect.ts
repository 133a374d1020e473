/**
 * `win7usb inspect`: what is in an ISO, or in a folder of drivers, or whether the ISO's Windows will run on a machine. It
 * describes and does not judge, so what is no Windows 7 is no error here.
 */
import { Win7UsbError } from "../../errors.js";
import { isHostFolder } from "../../source/host-folder.js";
import type { InspectCommandOptions } from "../options.js";
import type { Terminal } from "../terminal.js";

export async function inspectCommand(
  path: string,
  options: InspectCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { machine, drivers } = options;
  const isFolder = await isHostFolder(path);
  if (machine === undefined && drivers.length > 0) {
    throw new Win7UsbError("usage", "--drivers is of use with --machine alone", {
      hint: "Give --machine <file> too; a folder of drivers by itself is inspected as win7usb inspect <folder>.",
    });
  }
  if (machine !== undefined) {
    if (isFolder) {
      throw new Win7UsbError("usage", "--machine needs an ISO, and this is a folder", {
        hint: `Name the ISO, and the folder of drivers as --drivers ${path}.`,
      });
    }
    const { inspectMachineCommand } = await import("./inspect-machine.js");
    return inspectMachineCommand(path, machine, options, terminal);
  }
  if (isFolder) {
    const { inspectDriversCommand } = await import("./inspect-drivers.js");
    return inspectDriversCommand(path, options, terminal);
  }
  const { inspectImageCommand } = await import("./inspect-image.js");
  return inspectImageCommand(path, options, terminal);
}
