/** `win7usb clone`: others of a stick that win7usb made, without the image. */
import { openStick } from "../../steps/open-stick.js";
import { clonePrepared, prepareClone } from "../../steps/clone-stick.js";
import { jsonLine } from "../escape.js";
import type { CloneCommandOptions } from "../options.js";
import { cloneJson, cloneText } from "../render/clone-sheet.js";
import { jsonEvents } from "../render/write-json.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { askAndPerform, showSheet } from "./perform.js";

export async function cloneCommand(
  path: string,
  targets: readonly string[],
  options: CloneCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const json = options.json === true ? jsonEvents(terminal) : null;
  if (options.dryRun !== true) json?.({ event: "start", image: path, targets });
  const stick = await openStick(path);
  try {
    const { allow, force, format, onlyChanged, verify } = options;
    const prepared = await prepareClone(stick, { targets, allow, force, format, onlyChanged, verify });
    const text = cloneText(prepared, styleFor(terminal), terminal.columns);
    if (options.dryRun === true) {
      terminal.out(options.json === true ? jsonLine(cloneJson(prepared)) : `${text}nothing was written\n`);
      return 0;
    }
    showSheet(text, prepared, options, terminal);
    const written = { ...prepared, image: stick };
    return await askAndPerform(written, options, terminal, json, (run) => clonePrepared(prepared, run));
  } finally {
    await stick.close();
  }
}
