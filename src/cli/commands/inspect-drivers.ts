/** `win7usb inspect` of a folder: which packages of drivers are in it, and which of them will do. */
import { inspectDrivers } from "../../steps/inspect-drivers.js";
import { jsonLine } from "../escape.js";
import type { InspectCommandOptions } from "../options.js";
import { driversJson, driversText } from "../render/drivers.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function inspectDriversCommand(
  path: string,
  options: InspectCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const inspection = await inspectDrivers(path);
  if (options.json === true) terminal.out(jsonLine(driversJson(inspection)));
  else terminal.out(driversText(inspection, options.verbose === true, styleFor(terminal), terminal.columns));
  return 0;
}
