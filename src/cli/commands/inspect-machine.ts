/** `win7usb inspect --machine`: will the Windows of an ISO run on a machine, and what is missing? */
import { exitCodes } from "../../errors.js";
import { inspectMachine } from "../../steps/inspect-machine.js";
import { jsonLine } from "../escape.js";
import type { InspectCommandOptions } from "../options.js";
import { machineText } from "../render/machine.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function inspectMachineCommand(
  path: string,
  machine: string,
  options: InspectCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const inspection = await inspectMachine(path, machine, { drivers: options.drivers });
  if (options.json === true) terminal.out(jsonLine({ schema: 1, ...inspection }));
  else terminal.out(machineText(inspection, options.verbose === true, styleFor(terminal), terminal.columns));
  return inspection.verdict === "dead" ? exitCodes["requirement-unmet"] : 0;
}
