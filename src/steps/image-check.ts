/**
 * What of an image is checked while it is written, and what can be told of it before: what its volume, its boot files and
 * its WIMs' tables say needs no reading of all of it, and stands in the way before the question.
 */
import { Win7UsbError } from "../errors.js";
import type { ImageCheckName } from "../progress/events.js";
import type { ExaminationChoices } from "../verification/examine.js";
import { examineImage, notDeep } from "../verification/examine.js";
import { resemblance } from "../verification/known-image.js";
import { objections } from "../verification/objections.js";
import type { ReadForVerification } from "../verification/read-image.js";
import { isOfHash } from "../verification/requirements.js";
import type { KnownImage, KnownImages } from "../windows/known-images/index.js";
import { loadKnownImages } from "../windows/known-images/index.js";
import { alteredCode } from "../windows/refusals.js";
import type { OpenedImage } from "./open-image.js";
import type { WriteChoices } from "./write-choices.js";

/** What will be checked of an image while it is written. */
export type PlannedImageCheck = {
  readonly check: ImageCheckName;
  /** The published image whose label and size it has; null where there is none. */
  readonly claims: KnownImage | null;
  readonly knownImages: KnownImages;
};

/** Throws `usage` where a requirement is one of the hash, and no hash is to be taken. */
export async function planImageCheck(image: OpenedImage, choices: WriteChoices): Promise<PlannedImageCheck> {
  const { imageCheck = "auto", allow = [], requirements = [] } = choices;
  const ofHash = requirements.find(isOfHash);
  if (imageCheck === "none" && ofHash !== undefined) {
    const message = `the requirement ${ofHash.name} is one of the image's hash, which is not taken without a check of the image`;
    throw new Win7UsbError("usage", message, { data: { choice: "imageCheck", requirement: ofHash.name } });
  }
  const knownImages = choices.knownImages ?? (await loadKnownImages());
  const { volumeLabel, volumeEnd } = image.image;
  const similar = resemblance({ size: image.size, volumeLabel, volumeEnd }, knownImages);
  const claims = similar?.by === "label and size" ? similar.image : null;
  // The hash of an image that may be another than the published one says nothing about its soundness.
  const isDecidedByHash = claims !== null && !allow.includes(alteredCode);
  const byItself = isDecidedByHash ? "hash" : "deep";
  return { check: imageCheck === "auto" ? byItself : imageCheck, claims, knownImages };
}

/** What stands against the image without its hash and the contents of its WIMs. */
export async function objectionsBefore(
  image: OpenedImage,
  { claims, check, knownImages }: PlannedImageCheck,
  { allow = [], requirements = [] }: WriteChoices,
): Promise<Win7UsbError[]> {
  const surface: ExaminationChoices = {
    deep: false,
    md5: false,
    allow,
    requirements: requirements.filter((requirement) => !isOfHash(requirement)),
    knownImages,
  };
  // The hash may still say that the image is as it was published, whatever looks odd in it.
  const isJudged = check !== "none" && claims === null;
  const examination = await examineImage(
    image.source,
    surface,
    async (passes) => ({
      hashed: { length: image.size, prefixes: [] },
      wims: isJudged ? await passes.examineWims(notDeep) : [],
    }),
    readAlready(image),
  );
  const judged = isJudged ? examination.checks : [];
  return objections({ ...examination, checks: judged.filter(({ kind }) => kind !== "origin") }, { ...image, allow });
}

/** What the opened image's structures and its Windows are. */
export function readAlready({ image, windows }: OpenedImage): ReadForVerification {
  return { volume: { value: image, problem: null }, windows: { value: windows, problem: null } };
}
