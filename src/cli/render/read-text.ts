/** The result of a read for people: what `verify` says, or what is missing, of which files, and what can be done. */
import { agreeing, count, exactSize, firstFew, formatSize, grouped } from "../../bytes/amounts.js";
import { KiB } from "../../bytes/units.js";
import type { NamedImage, UnreadFile, UnreadWim } from "../../read/unread-files.js";
import type { ReadResult, Unread } from "../../steps/read-disc.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";
import { verdictText } from "./verification-text.js";
import { verificationReport } from "./verification.js";

/** Files that are named; `--json` has all. */
const filesNamed = 10;

/** `now` in milliseconds since 1970. */
export function discReadText(result: ReadResult, style: Style, columns: number, now: number): string {
  const line = (text: string): string => `${wrap(printable(text), columns, "  ")}\n`;
  const split = result.splitOverDiscs.map(({ name, parts, totalParts, missing }) => {
    const here = `${agreeing(parts.length, "part")} ${parts.join(", ")} of ${totalParts}`;
    const other = `${agreeing(missing.length, "part")} ${firstFew(missing, filesNamed)}`;
    return line(
      `This is one disc of several: it has ${here} of ${name}; ${other} ${agreeing(missing.length, "is", "are")} on another.`,
    );
  });
  const { unread, verification } = result;
  if (unread !== null) return [...missingLines(result, unread, style, columns), ...split].join("");
  const again = result.failedReads === 0 ? "" : `, after ${count(result.failedReads, "failed read")}`;
  const read = `${result.disc} was read whole${again}: ${result.image}, ${exactSize(result.size)}.`;
  const verdict = verification === null ? "" : verdictText(verificationReport(verification, now), style, columns);
  const next = line(`win7usb verify --deep --verbose ${result.image} tells more of it.`);
  return [line(read), ...split, verdict, next].join("");
}

function missingLines(result: ReadResult, unread: Unread, style: Style, columns: number): string[] {
  const { disc, image, map, size } = result;
  const head = `Incomplete: ${formatSize(unread.bytes)} of ${formatSize(size)} could not be read`;
  const item = (text: string): string => {
    const [first = "", ...more] = wrap(printable(text), columns - 4).split("\n");
    return [`  ${style.bad("x")} ${first}`, ...more.map((next) => `    ${next}`), ""].join("\n");
  };
  const files = unread.files ?? [];
  const named = files.slice(0, filesNamed).map((file) => item(fileWords(file)));
  const others = files.length - named.length;
  const rest = [
    ...(others > 0 ? [`and ${count(others, "more file")} (--json lists them)`] : []),
    ...(unread.otherBytes > 0
      ? [`${kibibytes(unread.otherBytes)} KiB of no file: in directories, or between files`]
      : []),
    ...(unread.problem === null ? [] : [`which files these are in cannot be told: ${unread.problem}`]),
  ];
  const steps = [
    `Clean the disc, or put it into another drive, and run the same command again: it goes on with ${image} and ${map}.`,
    `With a second copy of the disc: win7usb read --fill ${disc} ${image}`,
  ];
  return [
    `${style.strong(wrap(head, columns, "  ").replace("Incomplete", style.bad("Incomplete")))}\n`,
    ...named,
    ...rest.map(item),
    ...steps.map((step) => `${wrap(`  next step  ${printable(step)}`, columns, "             ")}\n`),
  ];
}

const kibibytes = (bytes: number): string => grouped(Math.ceil(bytes / KiB));

function fileWords({ path, size, unreadBytes, wim }: UnreadFile): string {
  const what = `${path}: ${kibibytes(unreadBytes)} of ${kibibytes(size)} KiB`;
  return wim === null ? what : `${what}, ${wimWords(wim)}`;
}

const names = (images: readonly NamedImage[]): string =>
  images.map(({ name, index }) => name || String(index)).join(", ");

function wimWords({ touched, whole, problem }: UnreadWim): string {
  if (touched === null) return `and which images need them cannot be told: ${problem}`;
  if (touched.length === 0) return "which no image needs";
  if (whole.length === 0) return touched.length === 1 ? "in its only image" : "in every image";
  const which = `${agreeing(touched.length, "image")} ${touched.map(({ index }) => index).join(", ")}`;
  return `${which} only (${names(touched)}): ${names(whole)} ${agreeing(whole.length, "is", "are")} whole`;
}
