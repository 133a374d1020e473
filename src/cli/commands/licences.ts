/** `win7usb licences`: the licences of what the program is made of. */
import { licencesText } from "../../licences.js";
import type { Terminal } from "../terminal.js";

export async function licencesCommand(terminal: Terminal): Promise<number> {
  terminal.out(licencesText());
  return 0;
}
