/** Where a path leads once its links are followed. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { utf8Text } from "../bytes/utf8.js";
import { errorCodeOf, Win7UsbError } from "../errors.js";

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

/**
 * Where a file is or will be: links are followed where there are any. What else is wrong with the path is told by whoever opens
 * it. Throws `usage` as `realPath` does.
 */
export async function finalPathOf(path: string): Promise<string> {
  try {
    return await realPath(path);
  } catch (error) {
    if (error instanceof Win7UsbError || errorCodeOf(error) === undefined) throw error;
    return resolve(path);
  }
}
