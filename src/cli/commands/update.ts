/** `win7usb update`: a stick that win7usb made, changed in place. */
import { openImage } from "../../steps/open-image.js";
import { openStick } from "../../steps/open-stick.js";
import { prepareUpdate, updatePrepared } from "../../steps/update-stick.js";
import type { ResetName } from "../../steps/update/resettable.js";
import { editChoices } from "../edit-options.js";
import { jsonLine } from "../escape.js";
import type { UpdateCommandOptions } from "../options.js";
import { updateJson, updateText } from "../render/update-sheet.js";
import { jsonEvents } from "../render/write-json.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { askAndPerform, showSheet } from "./perform.js";
import { namingNextCommand } from "./update-again.js";

export async function updateCommand(path: string, options: UpdateCommandOptions, terminal: Terminal): Promise<number> {
  const json = options.json === true ? jsonEvents(terminal) : null;
  const { allow, bootPrompt, iso, label, signature, verify } = options;
  if (options.dryRun !== true) json?.({ event: "start", image: iso ?? path, targets: [path] });
  const stick = await openStick(path);
  try {
    const image = iso === undefined ? undefined : await openImage(iso);
    try {
      const prepared = await namingNextCommand(path, options, () =>
        prepareUpdate(stick, {
          image,
          allow,
          label,
          signature,
          bootPrompt,
          // The table has no other names.
          reset: options.reset as readonly ResetName[],
          verify,
          ...editChoices(options),
        }),
      );
      const text = updateText(prepared, styleFor(terminal), terminal.columns);
      if (options.dryRun === true) {
        terminal.out(options.json === true ? jsonLine(updateJson(prepared)) : `${text}nothing was written\n`);
        return 0;
      }
      for (const warning of prepared.warnings) json?.({ event: "warning", ...warning });
      showSheet(text, prepared, options, terminal);
      const written = { ...prepared, image: { path: iso ?? path } };
      const asking = { yes: options.yes === true, purpose: "change" as const };
      return await askAndPerform(written, asking, terminal, json, (run) => updatePrepared(prepared, run));
    } finally {
      await image?.close();
    }
  } finally {
    await stick.close();
  }
}
