/** Where a path leads once its links are followed. */
import { realpath } from "node:fs/promises";
import { utf8Text } from "../bytes/utf8.js";
import { Win7UsbError } from "../errors.js";

/**
 * Throws what `realpath` throws, and `usage` where that name is not UTF-8: Node would go on with another name in its place, and
 * a file would be made, replaced or looked for under that one.
 */
export async function realPath(path: string): Promise<string> {
  const bytes = await realpath(path, { encoding: "buffer" });
  const real = utf8Text(bytes);
  if (real !== undefined) return real;
  throw new Win7UsbError("usage", `${path} leads to ${bytes.toString()}, a name that is not UTF-8`, {
    hint: "Give the files and folders there names in UTF-8, or name another place.",
  });
}
