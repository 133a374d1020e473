/**
 * Is this image sound, genuine, and the one that is needed? The volume is read, the whole file hashed in one pass with the
 * WIMs verified beside it, and every finding becomes a check; the verdict weighs them. Damage is a finding and never thrown;
 * what is thrown is that there is no image, that it cannot be read, or that somebody interrupted.
 */
import type { Iso9660Image } from "../iso9660-reader/index.js";
import type { ByteSource } from "../source/byte-source.js";
import type { FileHashes, HashAlgorithm, WimFailure } from "../threads/index.js";
import type { WindowsIdentity } from "../windows/index.js";
import { windows7 } from "../windows/product.js";
import type { KnownImages } from "../windows/known-images/index.js";
import { loadKnownImages } from "../windows/known-images/index.js";
import type { Check, Verdict } from "../verification/verdict.js";
import { excused, verdictOf } from "../verification/verdict.js";
import type { Claim, KnownFinding, Resemblance } from "../verification/known-image.js";
import { findKnown, knownImageCheck, needsMd5, prefixLengths, resemblance } from "../verification/known-image.js";
import type { Requirement, UnmetRequirement } from "../verification/requirements.js";
import { unmetRequirements } from "../verification/requirements.js";
import { setupImageChecks } from "../verification/setup-image.js";
import { agreementChecks, suitabilityChecks } from "../verification/suitability.js";
import { partSetChecks } from "../verification/part-sets.js";
import type { ImageInput, InputOptions, OpenedInput } from "./image-input.js";
import { openInput } from "./image-input.js";
import type { PassResults, VerifyEvent } from "./verify-passes.js";
import { runPasses } from "./verify-passes.js";
import type { ReadForVerification } from "../verification/read-image.js";
import { readForVerification } from "../verification/read-image.js";
import type { Scope } from "../verification/scope.js";
import { scopeOf } from "../verification/scope.js";
import type { Truncation } from "../verification/volume.js";
import { bootFileChecks, truncationOf, volumeChecks } from "../verification/volume.js";
import type { WimOutcome, WimSet } from "../verification/wims.js";
import { wimSets } from "../verification/wims.js";

export type { Requirement } from "../verification/requirements.js";
export type { VerifyEvent } from "./verify-passes.js";

/** Choices of `verify`. */
export type VerifyOptions = InputOptions & {
  /** Every blob of every WIM is decoded and its SHA-1 compared. Default: false. */
  readonly deep?: boolean | undefined;
  /** The MD5 is wanted, too. Default: false. */
  readonly md5?: boolean | undefined;
  /** Names of refusals that the person lifts, `altered` among them. */
  readonly allow?: readonly string[] | undefined;
  /** What is to be true of the image beyond its being sound; what is not is in `unmet`. */
  readonly requirements?: readonly Requirement[] | undefined;
  readonly onEvent?: ((event: VerifyEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Published images; the package's own table if not given. */
  readonly knownImages?: KnownImages | undefined;
};

/** What was found, and what it comes to. */
export type VerifyResult = {
  /** The path, or the name of what has none. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  /** Of the whole file. */
  readonly hashes: FileHashes;
  readonly known: KnownFinding | null;
  readonly lookAlike: Resemblance | null;
  /** Null where the volume cannot be read. */
  readonly image: Iso9660Image | null;
  /** Null where the WIMs cannot be read. */
  readonly windows: WindowsIdentity | null;
  /** Damage in WIMs, blob by blob, with the files that it touches; at most 1,000 for each WIM. */
  readonly failures: readonly WimFailure[];
  readonly failureCount: number;
  /** Null where the image is not cut short. */
  readonly truncated: Truncation | null;
  readonly scope: Scope;
  readonly unmet: readonly UnmetRequirement[];
};

/**
 * Verifies an image; damage is in the result. Throws `image-missing`, `image-unreadable`, `image-not-iso`,
 * `image-unsupported`, `image-changed` and `interrupted`.
 */
export async function verify(input: ImageInput, options: VerifyOptions = {}): Promise<VerifyResult> {
  const opened = await openInput(input, options);
  try {
    const result = await verifyOpened(opened, options);
    opened.finish();
    await opened.assertUnchanged();
    return result;
  } finally {
    await opened.close();
  }
}

async function verifyOpened({ path, isFile, source }: OpenedInput, choices: VerifyOptions): Promise<VerifyResult> {
  const { size } = source;
  const read = await readForVerification(source);
  const image = read.volume.value;
  const windows = read.windows.value;
  const table = choices.knownImages ?? (await loadKnownImages());
  const claim: Claim = { size, volumeLabel: image?.volumeLabel ?? null, volumeEnd: image?.volumeEnd ?? null };
  const sets = image === null ? [] : wimSets(image.tree);
  const results = await runPasses({ path, isFile, source }, passOptions(choices, claim, windows, table, sets));
  const finding = findKnown(results.hashed, table);
  const isOfficial = finding?.official === true;
  const similar = finding === null ? resemblance(claim, table) : null;
  const found = [
    ...(await imageChecks(source, read, results, isOfficial ? finding.length : null, choices)),
    knownImageCheck(claim, finding, similar, table, choices.allow),
  ];
  const checks = isOfficial ? excused(found) : found;
  const unmet = [
    ...unmetRequirements(choices.requirements ?? [], windows, isOfficial),
    ...(choices.deep === true ? notDeep(results.wims) : []),
  ];
  const { sha1, sha256, md5 } = results.hashed;
  const hashes = { sha1, sha256, md5 };
  return {
    path,
    size,
    verdict: verdictOf(checks, isOfficial, unmet.length === 0),
    checks,
    hashes: Object.fromEntries(Object.entries(hashes).filter(([, hash]) => hash !== undefined)),
    known: finding,
    lookAlike: similar,
    image,
    windows,
    failures: results.wims.flatMap(({ failures }) => failures),
    failureCount: results.wims.reduce((sum, wim) => sum + wim.failureCount, 0),
    truncated: truncationOf(read.volume, size),
    scope: scopeOf(image?.tree ?? null, finding, results.wims),
    unmet,
  };
}

function passOptions(
  { deep, md5, signal, onEvent, now }: VerifyOptions,
  claim: Claim,
  windows: WindowsIdentity | null,
  table: KnownImages,
  sets: readonly WimSet[],
): Parameters<typeof runPasses>[1] {
  const wantsMd5 = md5 === true || needsMd5(claim, windows, table);
  const algorithms: HashAlgorithm[] = wantsMd5 ? ["sha1", "sha256", "md5"] : ["sha1", "sha256"];
  return {
    algorithms,
    prefixes: prefixLengths(claim, table),
    sets,
    deep: deep === true,
    now: now ?? (() => performance.now()),
    signal,
    onEvent,
  };
}

/** Every check but that of the hash, in the order in which they are told. */
async function imageChecks(
  source: ByteSource,
  read: ReadForVerification,
  { wims }: PassResults,
  officialLength: number | null,
  { deep, allow = [] }: VerifyOptions,
): Promise<Check[]> {
  const image = read.volume.value;
  const checks = volumeChecks(read.volume, source.size, officialLength);
  if (image === null) return checks;
  const windows = read.windows.value;
  checks.push(...(await bootFileChecks(image, source, windows?.product === windows7)));
  for (const wim of wims) checks.push(...wim.checks);
  checks.push(...(await setupImageChecks(image.tree)));
  if (deep !== true) {
    checks.push(...(await partSetChecks(wims.map(({ set }) => set))));
    const message = "the contents of WIMs were not checked";
    checks.push({ id: "deep", kind: "soundness", status: "skip", message });
  }
  if (windows === null) return [...checks, unreadCheck(read)];
  return [...checks, ...suitabilityChecks(windows, image.tree, allow), ...agreementChecks(windows)];
}

/** Which Windows it is cannot be told: by damage, or because this version cannot read it. */
function unreadCheck({ windows }: ReadForVerification): Check {
  const { code, message, hint } = windows.problem!;
  const base = {
    id: "product",
    status: "fail",
    code,
    message: `which Windows it is cannot be told: ${message}`,
  } as const;
  if (code !== "wim-unsupported") return { ...base, kind: "soundness" };
  return { ...base, kind: "suitability", ...(hint === undefined ? {} : { hint }) };
}

/** Asked for and not possible: a script that relies on `deep` must learn of it. */
function notDeep(wims: readonly WimOutcome[]): UnmetRequirement[] {
  const hint = "Convert it to an LZX install.wim with a WIM tool, or take an untouched image.";
  return wims.flatMap(({ unsupported }) => {
    if (unsupported === null) return [];
    return [{ requirement: "deep", message: `it cannot be verified in depth: ${unsupported}`, hint }];
  });
}
