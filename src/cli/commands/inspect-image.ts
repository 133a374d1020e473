/** `win7usb inspect` of an ISO. */
import { inspect } from "../../steps/inspect-image.js";
import { jsonLine } from "../escape.js";
import type { InspectCommandOptions } from "../options.js";
import { inspectionText } from "../render/inspection-text.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function inspectImageCommand(
  path: string,
  options: InspectCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const inspection = await inspect(path);
  if (options.json === true) terminal.out(jsonLine({ schema: 1, ...inspection }));
  else terminal.out(inspectionText(inspection, options.verbose === true, styleFor(terminal), terminal.columns));
  return 0;
}
