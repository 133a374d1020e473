/**
 * The command line as the system has it: bytes. Node makes text of them, with U+FFFD for what is not UTF-8; a file of such a
 * name would not be found, and another one made in its place.
 */
import { readFile } from "node:fs/promises";
import { utf8Text } from "../bytes/utf8.js";

const replaced = "\ufffd";

/**
 * The first argument that is not UTF-8, with its odd bytes as `\xe9`; null where there is none. Where the system does not show
 * the bytes, an argument with U+FFFD in it counts as one. `argv` without node and script.
 */
export async function notUtf8(argv: readonly string[]): Promise<string | null> {
  const words = await commandLine();
  if (words === null) return argv.find((word) => word.includes(replaced))!;
  const odd = words.slice(-argv.length).find((word) => utf8Text(word) === undefined);
  return odd === undefined ? null : shown(odd);
}

/** proc(5): each argument ends with a NUL. */
async function commandLine(): Promise<Buffer[] | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile("/proc/self/cmdline");
  } catch {
    return null;
  }
  const words: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    words.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return words;
}

/** What is ASCII as it is, all other bytes by their numbers. */
function shown(word: Uint8Array): string {
  return [...word]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}
