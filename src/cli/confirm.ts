/** The question before a drive is erased: answered by typing the drive's name, so that a reflex cannot answer it. */
import { Win7UsbError } from "../errors.js";
import { printable } from "./escape.js";
import type { Terminal } from "./terminal.js";

/** What is done to the drives. */
export type DrivePurpose = "erase" | "change";

/** Throws `declined` unless the person types the names of all `drives` (`sdb` or `/dev/sdb`), blanks between. */
export async function confirmErase(
  drives: readonly string[],
  terminal: Terminal,
  purpose: DrivePurpose = "erase",
): Promise<void> {
  if (!terminal.interactive) {
    throw new Win7UsbError(
      "usage",
      `${purpose === "erase" ? "erasing" : "changing"} ${drives.join(", ")} needs an answer, and there is no terminal to ask on`,
      {
        hint: "Add --yes where a script has decided.",
      },
    );
  }
  const names = drives.map(shortName);
  const answer = await terminal.ask(
    `Type ${printable(names.join(" "))} to ${purpose} ${drives.length === 1 ? "it" : "them"}: `,
  );
  const typed = (answer ?? "").trim().split(/\s+/).map(shortName);
  if (typed.length === names.length && typed.every((name, index) => name === names[index])) return;
  throw new Win7UsbError("declined", "nothing was written: the drive's name was not typed", {
    hint: `To go on, run the command again and type ${names.join(" ")}.`,
  });
}

function shortName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
