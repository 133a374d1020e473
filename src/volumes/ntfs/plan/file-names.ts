/**
 * The names of one directory's children as Windows stores them (NTFS documentation, "Filename Namespace"). An 8.3 name is
 * stored once, in the name space Win32 & DOS; any other name gets an 8.3 alias as a second FILE_NAME, which counts as a second
 * link. Names that Windows cannot open or cannot tell apart are refused.
 */
import { Win7UsbError } from "../../../errors.js";
import type { NameSpace } from "../records/file-name.js";
import { nameSpaces } from "../records/file-name.js";
import { nameFault, shortNameParts } from "../../windows-names.js";
import { shortAlias } from "./short-alias.js";
import { upCase } from "../../../bytes/up-case.js";

/** A FILE_NAME to be: the name, how it compares, and the name space. */
export type NtfsName = { readonly text: string; readonly upper: string; readonly nameSpace: NameSpace };

/**
 * The stored names of `names`, in the same order.
 *
 * @param directory the directory's path, for messages
 * @param reserved names in upper case that the file system itself keeps there
 * @throws Win7UsbError `name-unsupported`, or `name-collision` naming both
 */
export function ntfsNames(
  names: readonly string[],
  directory: string,
  reserved: ReadonlySet<string>,
): (readonly NtfsName[])[] {
  const taken = new Set(reserved);
  const uppers = names.map((name) => {
    checkName(name, directory);
    const upper = upCase(name);
    if (taken.has(upper)) throw collision(names, name, upper, directory);
    taken.add(upper);
    return upper;
  });
  return names.map((text, index) => {
    const upper = uppers[index]!;
    if (shortNameParts(text) !== null) return [{ text, upper, nameSpace: nameSpaces.win32AndDos }];
    const alias = shortAlias(text, taken);
    const long = { text, upper, nameSpace: nameSpaces.win32 };
    return alias === null ? [long] : [{ text: alias, upper: alias, nameSpace: nameSpaces.dos }, long];
  });
}

function checkName(name: string, directory: string): void {
  const fault = nameFault(name);
  if (fault === null) return;
  const path = pathOf(directory, name);
  throw new Win7UsbError("name-unsupported", `Windows cannot open ${JSON.stringify(path)}: it ${fault}`, {
    hint: "Rename the file in the image.",
    data: { path },
  });
}

function collision(names: readonly string[], name: string, upper: string, directory: string): Win7UsbError {
  const other = names.find((candidate) => candidate !== name && upCase(candidate) === upper) ?? name;
  const paths = [pathOf(directory, other), pathOf(directory, name)];
  const isOwn = other === name && names.indexOf(name) === names.lastIndexOf(name);
  const message = isOwn
    ? `${paths[1]} has the name of a file that NTFS keeps for itself`
    : `${paths[0]} and ${paths[1]} are one name to Windows`;
  return new Win7UsbError("name-collision", message, { hint: "Rename one of them in the image.", data: { paths } });
}

const pathOf = (directory: string, name: string): string => (directory === "" ? name : `${directory}/${name}`);
