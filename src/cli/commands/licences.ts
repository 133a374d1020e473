/** `win7usb licences`: the licences of what the program is made of. */
import { licencesText } from "../../licences.js";
import { wrap } from "../format.js";
import type { Terminal } from "../terminal.js";

export async function licencesCommand(terminal: Terminal): Promise<number> {
  const text = licencesText();
  const { outColumns } = terminal;
  terminal.out(outColumns === null ? text : wrapped(text, outColumns));
  return 0;
}

/** Each line by itself, as far in as it begins. */
function wrapped(text: string, columns: number): string {
  const lines = text.split("\n").map((line) => wrap(line, columns, /^ */.exec(line)![0]));
  return lines.join("\n");
}
