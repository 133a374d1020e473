/** `win7usb inspect`: what is in an ISO. It describes and does not judge, so what is no Windows 7 is no error here. */
import type { OpenedImage } from "../../steps/open-image.js";
import { openImage } from "../../steps/open-image.js";
import type { InspectOptions } from "../options.js";
import { inspectionOf } from "../render/inspection.js";
import { inspectionText } from "../render/inspection-text.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

export async function inspectCommand(path: string, options: InspectOptions, terminal: Terminal): Promise<number> {
  const opened: OpenedImage = await openImage(path);
  try {
    const inspection = await inspectionOf(opened);
    if (options.json === true) terminal.out(`${JSON.stringify(inspection)}\n`);
    else terminal.out(inspectionText(inspection, options.verbose === true, styleFor(terminal), terminal.columns));
    return 0;
  } finally {
    await opened.close();
  }
}
