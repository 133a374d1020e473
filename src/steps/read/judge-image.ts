/** What was read, as `verify` judges it; where not all was, which files need what is missing. */
import { Win7UsbError } from "../../errors.js";
import type { Run } from "../../extents/extent.js";
import type { HashAlgorithm, MeasuredImage } from "../../verification/known-image.js";
import { examineImage, notDeep, type RunPasses } from "../../verification/examine.js";
import { readImage } from "../../iso9660-reader/index.js";
import { unreadPlaces, type UnreadPlaces } from "../../read/unread-files.js";
import type { KnownImages } from "../../windows/known-images/index.js";
import { openInput } from "../image-input.js";
import type { VerifyResult } from "../verify-image.js";
import { splitOverDiscs, type SplitOverDiscs } from "./disc-set.js";
import { passRunner, type VerifyEvent } from "../verify-passes.js";

type JudgeOptions = {
  readonly knownImages: KnownImages;
  /** The hashes that were taken on the way; null where reads were not in order. */
  readonly hashed: MeasuredImage | null;
  readonly signal: AbortSignal | undefined;
  readonly now: () => number;
  readonly onEvent: (event: VerifyEvent) => void;
};

export type Judged = { readonly verification: VerifyResult; readonly splitOverDiscs: readonly SplitOverDiscs[] };

/** As `verify` does. The file is read once more only where it was not hashed on the way. */
export async function judgeImage(path: string, options: JudgeOptions): Promise<Judged> {
  const { knownImages, hashed, signal, now, onEvent } = options;
  const opened = await openInput(path, { signal });
  try {
    const choices = { deep: false, md5: false, allow: [], requirements: [], knownImages };
    const runPasses: RunPasses = (passes) => {
      const known = hashed === null ? null : knownHashes(hashed, passes.algorithms, passes.prefixes);
      if (known === null) return passRunner(opened, { signal, now, onEvent })(passes);
      return passes.examineWims(notDeep).then((wims) => ({ hashed: known, wims }));
    };
    const result = await examineImage(opened.source, choices, runPasses);
    const split = result.image === null ? [] : await splitOverDiscs(result.image.tree);
    opened.finish();
    return { verification: { path, disc: opened.disc, ...result }, splitOverDiscs: split };
  } finally {
    await opened.close();
  }
}

/** What was asked for of what was taken; null where it is not all there. */
function knownHashes(
  hashed: MeasuredImage,
  algorithms: readonly HashAlgorithm[],
  prefixes: readonly number[],
): MeasuredImage | null {
  const wanted = [...new Set(prefixes)].toSorted((a, b) => a - b);
  const taken = wanted.map((length) => hashed.prefixes.find((each) => each.length === length));
  if (taken.includes(undefined)) return null;
  const chosen = (of: MeasuredImage["prefixes"][number]) => ({
    ...Object.fromEntries(algorithms.map((name) => [name, of[name]])),
    length: of.length,
  });
  return { ...chosen(hashed), prefixes: taken.map((each) => chosen(each!)) };
}

/** `places` is null where the image's structures cannot be followed, and `problem` says why. */
export type NamedPlaces = { readonly places: UnreadPlaces | null; readonly problem: string | null };

/** The files that lie in `gaps` of the image. */
export async function nameGaps(
  path: string,
  gaps: readonly Run[],
  signal: AbortSignal | undefined,
): Promise<NamedPlaces> {
  const opened = await openInput(path, { signal });
  try {
    const { tree } = await readImage(opened.source);
    const places = await unreadPlaces(tree, gaps);
    opened.finish();
    return { places, problem: null };
  } catch (error) {
    if (!(error instanceof Win7UsbError) || error.code === "interrupted") throw error;
    return { places: null, problem: error.message };
  } finally {
    await opened.close();
  }
}
