/** `win7usb completion`: what completes the command line in a shell. */
import { Win7UsbError } from "../../errors.js";
import type { Shell } from "../completion/index.js";
import { completions } from "../completion/index.js";
import type { Terminal } from "../terminal.js";

export async function completionCommand(shell: string, terminal: Terminal): Promise<number> {
  if (!Object.hasOwn(completions, shell)) {
    throw new Win7UsbError("usage", `there is no completion for ${JSON.stringify(shell)}`, {
      hint: `Expected ${Object.keys(completions).join(", ")}.`,
    });
  }
  terminal.out(completions[shell as Shell].text());
  return 0;
}
