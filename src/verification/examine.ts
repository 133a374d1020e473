/**
 * Examines an image. The volume is read and its Windows identified, as far as possible; that decides which prefixes are
 * hashed; every finding becomes a check, and the verdict follows from the checks. Pure: the caller supplies the function that
 * reads the whole image for hashes and WIM contents (`RunPasses`), with threads or without. Traps: damage is a finding and
 * never thrown; and bytes with a published hash cannot be damaged, whatever looks odd in them.
 */
import type { Iso9660Image } from "../iso9660-reader/index.js";
import type { ByteSource } from "../source/byte-source.js";
import type { WindowsIdentity } from "../windows/index.js";
import type { KnownImages } from "../windows/known-images/index.js";
import { windows7 } from "../windows/product.js";
import type { Claim, FileHashes, HashAlgorithm, KnownFinding, MeasuredImage, Resemblance } from "./known-image.js";
import { findKnown, knownImageCheck, needsMd5, prefixLengths, resemblance } from "./known-image.js";
import { partSetChecks } from "./part-sets.js";
import type { ReadForVerification } from "./read-image.js";
import { readForVerification } from "./read-image.js";
import type { Requirement, UnmetRequirement } from "./requirements.js";
import { unmetDepth, unmetRequirements } from "./requirements.js";
import type { Scope } from "./scope.js";
import { scopeOf } from "./scope.js";
import { setupImageChecks } from "./setup-image.js";
import { agreementChecks, nameChecks, productUnknown, suitabilityChecks } from "./suitability.js";
import type { Check, Verdict } from "./verdict.js";
import { excused, verdictOf } from "./verdict.js";
import type { Truncation } from "./volume.js";
import { bootFileChecks, truncationOf, volumeChecks } from "./volume.js";
import type { WimFailure } from "./wim/index.js";
import type { VerifyWimSet, WimOutcome, WimSet } from "./wims.js";
import { examineWims, isLookedAt, wimSets } from "./wims.js";

/** What is requested beyond the checks of every image; nothing by default. */
export type ExaminationChoices = {
  /** Every blob of every WIM is decoded and its SHA-1 compared. */
  readonly deep: boolean;
  /** Compute the MD5 as well; it is computed anyway where a published image may be known by its MD5 alone. */
  readonly md5: boolean;
  /** Names of refusals that the person lifts, `altered` among them. */
  readonly allow: readonly string[];
  /** Requirements beyond being sound; those that are not met are in `unmet`. */
  readonly requirements: readonly Requirement[];
  /** Published images; the package's own table if not given. */
  readonly knownImages: KnownImages;
};

/** What requires a pass over the whole image: its hashes, and the contents of its WIMs. */
export type Passes = {
  readonly algorithms: readonly HashAlgorithm[];
  /** Shorter lengths that are hashed, too, in bytes. */
  readonly prefixes: readonly number[];
  /** WIMs whose contents are verified, in the order in which they lie in the image; empty unless `deep`. */
  readonly deepSets: readonly WimSet[];
  /** Examines all WIMs without their contents: reads what stands in front of these and behind them. */
  examineTables(): Promise<WimOutcome[]>;
  /** Examines all WIMs, one after the other; `verify` is called for each of `deepSets`. */
  examineWims(verify: VerifyWimSet): Promise<WimOutcome[]>;
};

/** Hashes the image and has its WIMs examined, at the same time or one after the other. */
export type RunPasses = (
  passes: Passes,
) => Promise<{ readonly hashed: MeasuredImage; readonly wims: readonly WimOutcome[] }>;

/** The verdict, and everything that it rests on. */
export type Examination = {
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
 * `alreadyRead`: what was read of `source`, so that it is not read once more. Throws only what is not about damage: what
 * `source` and `runPasses` throw, `image-not-iso`, `image-unsupported`.
 */
export async function examineImage(
  source: ByteSource,
  choices: ExaminationChoices,
  runPasses: RunPasses,
  alreadyRead?: ReadForVerification,
): Promise<Examination> {
  const { size } = source;
  const read = alreadyRead ?? (await readForVerification(source));
  const image = read.volume.value;
  const windows = read.windows.value;
  const { knownImages, allow } = choices;
  const claim: Claim = { size, volumeLabel: image?.volumeLabel ?? null, volumeEnd: image?.volumeEnd ?? null };
  // In front of the pass over all of it, which an optical drive then does without a seek.
  const beside = await structureFindings(source, read);
  const { hashed, wims } = await runPasses(passesFor(read, claim, choices));
  const known = findKnown(hashed, knownImages);
  const isOfficial = known?.official === true;
  const lookAlike = known === null ? resemblance(claim, knownImages) : null;
  const found = [
    ...(await imageChecks(size, read, { ...beside, wims }, isOfficial ? known.length : null, choices)),
    knownImageCheck(claim, known, lookAlike, knownImages, allow),
  ];
  const checks = isOfficial ? excused(found) : found;
  const unmet = [
    ...unmetRequirements(choices.requirements, { windows, hashes: hashed, isOfficial }),
    ...(choices.deep ? unmetDepth(wims) : []),
  ];
  const { length: _length, prefixes: _prefixes, ...hashes } = hashed;
  return {
    size,
    verdict: verdictOf(checks, isOfficial, unmet.length === 0),
    checks,
    hashes,
    known,
    lookAlike,
    image,
    windows,
    failures: wims.flatMap(({ failures }) => failures),
    failureCount: wims.reduce((sum, wim) => sum + wim.failureCount, 0),
    truncated: truncationOf(read.volume, size),
    scope: scopeOf(image?.tree ?? null, known, wims),
    unmet,
  };
}

function passesFor({ volume, windows }: ReadForVerification, claim: Claim, choices: ExaminationChoices): Passes {
  const { deep, md5, knownImages } = choices;
  const sets = volume.value === null ? [] : wimSets(volume.value.tree);
  const wantsMd5 = md5 || needsMd5(claim, windows.value, knownImages);
  return {
    algorithms: wantsMd5 ? ["sha1", "sha256", "md5"] : ["sha1", "sha256"],
    prefixes: prefixLengths(claim, knownImages),
    deepSets: deep ? sets.filter(isLookedAt) : [],
    examineTables: () => examineWims(sets, null),
    examineWims: (verify) => examineWims(sets, deep ? verify : null),
  };
}

/** For an examination that is not deep, and so asks for no contents. */
export async function notDeep(): Promise<never> {
  throw new Error("a WIM's contents were asked for");
}

/** What is known without the whole of the image. */
type StructureFindings = { readonly bootFiles: readonly Check[]; readonly setupImage: readonly Check[] };

async function structureFindings(
  source: ByteSource,
  { volume: { value: image }, windows }: ReadForVerification,
): Promise<StructureFindings> {
  if (image === null) return { bootFiles: [], setupImage: [] };
  return {
    bootFiles: await bootFileChecks(image, source, windows.value?.product === windows7),
    setupImage: await setupImageChecks(image.tree),
  };
}

/** Every check but that of the hash, in the order of the report. `officialLength` as in `volumeChecks`. */
async function imageChecks(
  size: number,
  { volume, windows }: ReadForVerification,
  { bootFiles, setupImage, wims }: StructureFindings & { readonly wims: readonly WimOutcome[] },
  officialLength: number | null,
  { deep, allow }: ExaminationChoices,
): Promise<Check[]> {
  const image = volume.value;
  const checks = volumeChecks(volume, size, officialLength, allow);
  if (image === null) return checks;
  checks.push(...bootFiles, ...nameChecks(image.tree));
  for (const wim of wims) checks.push(...wim.checks);
  checks.push(...setupImage);
  if (!deep) {
    checks.push(...(await partSetChecks(wims.map(({ set }) => set).filter(isLookedAt))));
    const message = "the contents of WIMs were not checked";
    checks.push({ id: "deep", kind: "soundness", status: "skip", message });
  }
  if (windows.value === null) return [...checks, productUnknown(windows.problem)];
  return [...checks, ...suitabilityChecks(windows.value, image.tree, allow), ...agreementChecks(windows.value)];
}
