/** Choices of callers whose types nobody has checked: what is none is refused by name, with those that there are. */
import { containerFormats } from "../containers/index.js";
import { allowableRefusals } from "../drive/guard.js";
import { unknownChoice } from "../errors.js";
import { paddingCode } from "../iso9660-reader/index.js";
import { hashDigits } from "../verification/requirements.js";
import { faultyNameCodes } from "../volumes/faulty-names.js";
import { liftableEdits } from "../windows/customise/index.js";
import { alteredCode, damagedCode, liftableSuitability } from "../windows/refusals.js";

const allowable = [
  ...liftableSuitability,
  paddingCode,
  alteredCode,
  damagedCode,
  ...faultyNameCodes,
  ...liftableEdits,
  ...allowableRefusals,
];
const fileSystems = ["auto", "fat32", "ntfs"];
const formats: readonly string[] = ["auto", ...containerFormats];
const imageChecks = ["auto", "none", "hash", "deep"];

type Named = { readonly [name: string]: unknown };

/** Throws `usage` for an unknown file system, name of a refusal, size, flag or label. */
export function requireKnownChoices(choices: Named): void {
  const { fileSystem, format, imageCheck, allow, size, add } = choices;
  if (fileSystem !== undefined && !fileSystems.includes(fileSystem as string))
    throw unknownChoice("fileSystem", fileSystem, fileSystems);
  if (format !== undefined && !formats.includes(format as string)) throw unknownChoice("format", format, formats);
  if (imageCheck !== undefined && !imageChecks.includes(imageCheck as string))
    throw unknownChoice("imageCheck", imageCheck, imageChecks);
  if (allow !== undefined && !Array.isArray(allow)) throw unknownChoice("allow", allow, allowable);
  for (const name of (allow ?? []) as unknown[]) {
    if (!allowable.includes(name as string)) throw unknownChoice("allow", name, allowable);
  }
  if (size !== undefined && !(Number.isSafeInteger(size) && (size as number) > 0)) {
    throw unknownChoice("size", size, ["a whole number of bytes above 0"]);
  }
  for (const name of ["label", "edition", "answerFile", "updates"]) {
    const text = choices[name];
    if (name === "answerFile" && text instanceof Uint8Array) continue;
    if (text !== undefined && typeof text !== "string") throw unknownChoice(name, text, ["a text"]);
  }
  if (add !== undefined && !(Array.isArray(add) && add.every(isAddedFolder))) {
    throw unknownChoice("add", add, ["a list of { folder, at }"]);
  }
  for (const flag of ["force", "fill", "onlyChanged", "bootPrompt", "verify", "deep", "md5"]) {
    const value = choices[flag];
    if (value !== undefined && typeof value !== "boolean") throw unknownChoice(flag, value, ["true", "false"]);
  }
}

/** More would wear a drive out for a sector that gave nothing a hundred times. */
const mostRetries = 100;

/** Throws `usage` unless it is a number of tries. */
export function requireRetries(retries: unknown): void {
  if (Number.isSafeInteger(retries) && (retries as number) >= 0 && (retries as number) <= mostRetries) return;
  throw unknownChoice("retries", retries, [`a whole number from 0 to ${mostRetries}`]);
}

function isAddedFolder(each: unknown): boolean {
  const { folder, at } = (each ?? {}) as Named;
  return typeof folder === "string" && (at === undefined || typeof at === "string");
}

const requirementNames = ["edition", "arch", "sp", "language", "sha1", "sha256", "genuine"];
const digitsByName: Readonly<Record<string, number>> = hashDigits;

/** Throws `usage` for a requirement of no known name, or of a value that is none. */
export function requireKnownRequirements(requirements: unknown): void {
  if (requirements === undefined) return;
  if (!Array.isArray(requirements)) throw unknownChoice("requirements", requirements, ["a list of { name, value }"]);
  for (const each of requirements as (Named | null)[]) {
    const name = each?.["name"];
    const value = each?.["value"];
    if (!requirementNames.includes(name as string)) throw unknownChoice("requirements", name, requirementNames);
    const isText = typeof value === "string";
    const digits = digitsByName[String(name)];
    const isHash = digits !== undefined && isText && new RegExp(`^[0-9a-f]{${digits}}$`, "i").test(value);
    const fits =
      name === "genuine" || (name === "sp" ? value === 0 || value === 1 : digits === undefined ? isText : isHash);
    if (fits) continue;
    const expected = digits === undefined ? ["a text"] : [`${digits} hexadecimal digits`];
    throw unknownChoice(`requirements: ${String(name)}`, value, name === "sp" ? ["0", "1"] : expected);
  }
}
