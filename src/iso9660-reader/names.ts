/** Names as they come out of an image, whatever its file system: no name may lead out of its directory. */
import { damaged } from "./failures.js";

/** The name itself; `image-damaged` for one that is empty, `.`, `..`, or has a slash or NUL in it. */
export function checkedName(name: string, directory: string): string {
  const reason = reasonAgainst(name);
  if (reason === undefined) return name;
  throw damaged(
    `the directory /${directory} has an entry named ${JSON.stringify(name)}, and a name must not ${reason}`,
    {
      directory,
      name,
    },
  );
}

function reasonAgainst(name: string): string | undefined {
  if (name === "") return "be empty";
  if (name === "." || name === "..") return "lead to another directory";
  // A backslash is none here: it is the second byte of names in Shift-JIS and GBK. Sticks refuse it, for Windows' sake.
  if (name.includes("/")) return "have a slash in it";
  if (name.includes("\0")) return "have a NUL in it";
  return undefined;
}
