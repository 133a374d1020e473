/** A path as it arrives at a prompt: typed, pasted, or dropped by a file manager, which quotes it as a shell there needs it. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { platform } from "../drive/platform.js";

/**
 * What it may mean, the most literal first: a name may have quotes and backslashes of its own. Known forms: `'a b'`,
 * `a\ b`, `'it'\''s'` (terminals of Linux and macOS), `"a b"` (Windows), `& 'a b'` (PowerShell), `file:///a%20b`, `~/a`.
 */
export function meantPaths(text: string, on = platform): string[] {
  const typed = text.trim();
  const unquoted = on === "win32" ? withoutWindowsQuotes(typed) : withoutShellQuotes(typed);
  return [...new Set([typed, unquoted, ofUrl(unquoted), ofHome(unquoted)])].filter((path) => path !== "");
}

function withoutWindowsQuotes(text: string): string {
  const word = text.replace(/^& */, "");
  const single = /^'(.*)'$/.exec(word)?.[1];
  return single?.replaceAll("''", "'") ?? /^"(.*)"$/.exec(word)?.[1] ?? word;
}

/** One word of a shell (POSIX 2.2, without expansions); the text itself where it is not one. */
function withoutShellQuotes(text: string): string {
  const parts = [...text.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/gsy)];
  const length = parts.reduce((sum, [part]) => sum + part.length, 0);
  if (length < text.length) return text;
  return parts
    .map(([, single, double, escaped, plain]) => single ?? double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped ?? plain)
    .join("");
}

function ofUrl(text: string): string {
  try {
    return text.startsWith("file://") ? fileURLToPath(text) : "";
  } catch {
    return "";
  }
}

function ofHome(text: string): string {
  return /^~[\\/]/.test(text) ? join(homedir(), text.slice(2)) : "";
}
