/**
 * `win7usb inspect`: what is in an ISO, or in a folder of drivers. It describes and does not judge, so what is no Windows
 * 7 is no error here.
 */
import { isHostFolder } from "../../source/host-folder.js";
import type { InspectCommandOptions } from "../options.js";
import type { Terminal } from "../terminal.js";

export async function inspectCommand(
  path: string,
  options: InspectCommandOptions,
  terminal: Terminal,
): Promise<number> {
  if (await isHostFolder(path)) {
    const { inspectDriversCommand } = await import("./inspect-drivers.js");
    return inspectDriversCommand(path, options, terminal);
  }
  const { inspectImageCommand } = await import("./inspect-image.js");
  return inspectImageCommand(path, options, terminal);
}
