/** `win7usb inspect`: what is in an ISO. It describes and does not judge, so what is no Windows 7 is no error here. */
import { inspect } from "../../steps/inspect-image.js";
import { jsonLine } from "../escape.js";
import type { InspectCommandOptions } from "../options.js";
import { inspectionText } from "../render/inspection-text.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function inspectCommand(
  path: string,
  options: InspectCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const inspection = await inspect(path);
  if (options.json === true) terminal.out(jsonLine({ schema: 1, ...inspection }));
  else terminal.out(inspectionText(inspection, options.verbose === true, styleFor(terminal), terminal.columns));
  return 0;
}
