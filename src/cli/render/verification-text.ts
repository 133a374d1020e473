/**
 * A verification for people: the verdict and which Windows it is, why, what to do, what it means for them; what was checked,
 * what the edition can do and every check with `--verbose`.
 */
import { cutFilesNamed } from "../../verification/volume.js";
import type { EditionFacts } from "../../windows/index.js";
import { abbreviated, printable } from "../escape.js";
import { count, exactSize } from "../../bytes/amounts.js";
import { wrap } from "../format.js";
import type { Style } from "../style.js";
import type { Fact } from "./fact-sheet.js";
import { headline, imageFact } from "./inspection-text.js";
import { nextSteps } from "./next-steps.js";
import type { VerificationReport } from "./verification.js";

type Check = VerificationReport["checks"][number];

/** Damaged blobs that are listed without `--verbose`. */
const failuresListed = 5;
/** Characters of a reason: half a screen; JSON has all. */
const reasonLimit = 400;

export function verificationText(report: VerificationReport, verbose: boolean, style: Style, columns: number): string {
  const more = verbose
    ? verboseLines(report, style, columns)
    : [`${wrap(`  ${style.faint(moreWords)}`, columns, "  ")}\n`];
  return [verdictText(report, style, columns, verbose), ...more].join("");
}

/** The verdict with its reasons, and what it means for the person. */
export function verdictText(report: VerificationReport, style: Style, columns: number, verbose = false): string {
  const steps = nextSteps(failedChecks(report), report).map((step): Fact => ["next step", printable(step)]);
  // What a damaged image's Windows can do is of no use to anybody.
  const own = report.verdict === "damaged" && !verbose ? [] : personFacts(report, verbose);
  const { failed, warned } = reasonLines(report, verbose, style, columns);
  return [
    verdictLine(report, style, columns),
    ...failed,
    wrappedFacts(steps, style, columns),
    ...warned,
    wrappedFacts([...own, ...imageFacts(report, verbose)], style, columns),
  ].join("");
}

/** A few words for a table: which Windows it is, or what is wrong with the image. */
export function verificationSummary(report: VerificationReport): string {
  const { verdict, known, windows, unmet } = report;
  const reason = [...failedChecks(report), ...unmet][0]?.message;
  if ((verdict === "damaged" || verdict === "unsuitable") && reason !== undefined)
    return abbreviated(reason, reasonLimit);
  if (verdict === "genuine" && known !== null) return known.fileName;
  return windows === null ? "" : headline({ windows });
}

const moreWords = "--verbose tells what was checked, what the edition can do, and its support.";

/** The answer, in one line where the terminal has room. */
function verdictLine(report: VerificationReport, style: Style, columns: number): string {
  const { verdict } = report;
  const { words, text } = verdictParts(report);
  // Colours have no width, so they come after the lines were broken.
  const line = wrap(`${words}: ${text}`, columns, "  ").replace(words, painted(verdict, words, style));
  return `${style.strong(line)}\n`;
}

/** The answer and what it is of. */
export function verdictParts({ verdict, known, windows, image }: VerificationReport): { words: string; text: string } {
  const what = windows === null ? printable(image.path) : headline({ windows });
  const text = verdict === "genuine" && known !== null ? printable(known.fileName) : what;
  return { words: verdictWords[verdict], text };
}

const verdictWords = {
  genuine: "Genuine",
  intact: "Intact as far as was checked",
  damaged: "Damaged",
  unsuitable: "Unsuitable",
} as const;

type Reasons = { readonly failed: readonly string[]; readonly warned: readonly string[] };

/** What failed and what was asked for and is not so, and what to be warned of. */
function reasonLines(report: VerificationReport, verbose: boolean, style: Style, columns: number): Reasons {
  const { checks, unmet, failures, failureCount } = report;
  const line = (mark: string, text: string): string =>
    hanging(`  ${mark}`, 3, printable(abbreviated(text, reasonLimit)), columns);
  const cross = (text: string): string => line(style.bad("x"), text);
  const blobs = failures.slice(0, failuresListed).map(({ message }) => message);
  const others = failureCount - blobs.length;
  // A WIM's check repeats its first failure.
  const told = failedChecks(report).filter(({ message }) => !blobs.includes(message));
  // What keeps a requirement from being met is told with it.
  const isNews = ({ message }: Check): boolean => !unmet.some((requirement) => requirement.message.includes(message));
  const warned = checks.filter((check) => check.status === "warn" && isNews(check));
  const failed = [
    ...told.map((check) => cross(verbose ? check.message : failText(check, report))),
    ...blobs.map(cross),
    ...(others > 0 ? [cross(`and ${count(others, "more failure")} (--json lists them)`)] : []),
    ...unmet.map(({ requirement, message }) => cross(`not met: ${requirement}: ${message}`)),
  ];
  return { failed, warned: warned.map(({ message }) => line(style.warning("!"), message)) };
}

function failText({ id, message }: Check, { truncated }: VerificationReport): string {
  const isShortened = id === "whole" && truncated !== null && truncated.fileCount > cutFilesNamed;
  return isShortened ? `${message} (--verbose lists them)` : message;
}

/** The failed checks that are told: where the image is cut short, that files cannot be read to their end is no news. */
function failedChecks({ checks }: VerificationReport): Check[] {
  const failed = checks.filter(({ status }) => status === "fail");
  const isCut = failed.some(({ id, code }) => id === "whole" && code === "image-truncated");
  return failed.filter(({ id, code }) => !isCut || id === "whole" || code !== "image-truncated");
}

function imageFacts({ image, known, scope, hashes, verdict, windows }: VerificationReport, verbose: boolean): Fact[] {
  const facts: Fact[] = [imageFact(image)];
  if (known?.official === true) {
    const origin = [known.language, known.edition, known.channel, known.release].join(", ");
    facts.push(["published as", `${printable(known.fileName)} (${origin})`]);
    if (windows !== null && verdict === "genuine") facts.push(["holds", headline({ windows })]);
  }
  const sha1 = hashes.sha1;
  if (sha1 !== undefined) facts.push(["SHA-1", sha1]);
  if (verbose && scope.checked.length > 0) facts.push(["checked", printable(scope.checked.join("; "))]);
  if (scope.unchecked.length > 0) facts.push(["not checked", printable(scope.unchecked.join("; "))]);
  return facts;
}

function personFacts({ windows, advice }: VerificationReport, verbose: boolean): Fact[] {
  if (windows === null || advice === null || windows.product !== "Windows 7") return [];
  const facts: Fact[] = [];
  const names = windows.editions.map(({ id, name }) => id ?? name).join(", ");
  const offered = windows.edition ?? (names === "" ? "nothing: no edition was found" : `${names}, as a menu`);
  facts.push(["Setup offers", printable(`${offered}.${advice.key === null ? "" : ` ${advice.key}`}`)]);
  if (verbose) facts.push(["support", advice.support.message]);
  if (!verbose && advice.caveats.length > 0) facts.push(["before Setup", shortCaveats(advice.caveats)]);
  return facts;
}

/** Words for a few lines on a terminal; `--verbose` has the sentences. */
const caveatWords: Readonly<Record<string, string>> = {
  "bios-only": "boots through BIOS or CSM only",
  "no-usb3": "no USB 3 drivers",
  "no-nvme": "no NVMe drivers",
};

function shortCaveats(caveats: readonly { readonly code: string }[]): string {
  const words = caveats.flatMap(({ code }) => caveatWords[code] ?? []);
  return words.join(", ");
}

const abilityNames = [
  ["domainJoin", "domain join"],
  ["encryptingFileSystem", "EFS"],
  ["remoteDesktopHost", "Remote Desktop host"],
  ["windowsXpMode", "XP Mode"],
  ["bitLocker", "BitLocker"],
  ["appLocker", "AppLocker"],
  ["switchesLanguages", "switching languages"],
] as const satisfies readonly (readonly [keyof EditionFacts, string])[];

function abilities(facts: EditionFacts, architecture: string | null): string {
  const limit = architecture === "x64" ? facts.memoryLimitGiB.x64 : facts.memoryLimitGiB.x86;
  const can = abilityNames.filter(([key]) => facts[key]).map(([, name]) => name);
  const cannot = abilityNames.filter(([key]) => !facts[key]).map(([, name]) => name);
  const words = [`${limit ?? "?"} GiB of memory`, count(facts.physicalProcessors, "processor"), ...can];
  const without = cannot.length === 0 ? "" : `; no ${cannot.join(", ")}`;
  return `${words.join(", ")}${without}${facts.withoutMediaPlayer ? "; without Media Player" : ""}`;
}

const marks = { pass: "ok  ", warn: "warn", fail: "FAIL", skip: "skip" } as const;

function painted(status: Check["status"] | VerificationReport["verdict"], text: string, style: Style): string {
  if (status === "pass" || status === "genuine" || status === "intact") return style.good(text);
  if (status === "warn" || status === "unsuitable") return style.warning(text);
  return status === "skip" ? style.faint(text) : style.bad(text);
}

function verboseLines(report: VerificationReport, style: Style, columns: number): string[] {
  const { checks, advice, hashes, windows } = report;
  const lines = checks.map(({ id, status, message, file }) => {
    const subject = file === undefined || message.includes(file) ? "" : `${file}: `;
    const text = message.startsWith(`${id}: `) ? message : `${id}: ${subject}${message}`;
    return hanging(`  ${painted(status, marks[status], style)}`, 6, printable(text), columns);
  });
  const sums = Object.entries(hashes).map(([name, hash]): Fact => [name, hash]);
  const editions = (advice?.editions ?? []).map(({ index, id, name, facts }): Fact => {
    const can = facts === null ? "" : abilities(facts, windows?.architecture ?? null);
    return [`image ${index}`, printable(`${id ?? name}: ${can}`)];
  });
  const caveats = (advice?.caveats ?? []).map(({ message }) => hanging("  -", 3, message, columns));
  const section = (title: string, body: readonly string[]): string[] =>
    body.every((text) => text === "") ? [] : [`\n${style.strong(title)}\n`, ...body];
  return [
    ...section("Checks", lines),
    ...section("Cut files", [wrappedFacts(cutFiles(report), style, columns)]),
    ...section("Hashes", [wrappedFacts(sums, style, Number.POSITIVE_INFINITY)]),
    ...section("Editions", [wrappedFacts(editions, style, columns)]),
    ...section("Before Setup", caveats),
  ];
}

function cutFiles({ truncated }: VerificationReport): Fact[] {
  const files = truncated?.files ?? [];
  return files.map(({ path, missingBytes }) => [`${exactSize(missingBytes)} missing`, printable(path)]);
}

/** `name   value` lines in two columns, long values wrapped in theirs. */
function wrappedFacts(facts: readonly Fact[], style: Style, columns: number): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts
    .map(([name, value]) => hanging(`  ${style.faint(name.padEnd(width))} `, width + 3, value, columns))
    .join("");
}

/** `head` and a blank, then the text, whose later lines begin below its first. `width` is what `head` takes on the screen. */
function hanging(head: string, width: number, text: string, columns: number): string {
  const indent = " ".repeat(width + 1);
  const lines = wrap(text, columns - indent.length).split("\n");
  return `${head} ${lines.join(`\n${indent}`)}\n`;
}
