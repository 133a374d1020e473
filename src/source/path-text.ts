/** Paths as text that becomes bytes for the system. */
import { Win7UsbError } from "../errors.js";

/** Throws `usage` for an empty path, which names nothing, and for half of a surrogate pair: U+FFFD would be in its place in the name that the system is given. */
export function requirePath(path: string): void {
  if (path === "") throw new Win7UsbError("usage", "a path is empty, expected a name", { hint: "Name the file." });
  if (!/\p{Surrogate}/u.test(path)) return;
  throw new Win7UsbError(
    "usage",
    `${JSON.stringify(path)} is no well-formed text, and another name would be taken for it`,
    {
      hint: "Give a path that can be written as UTF-8.",
    },
  );
}
