/**
 * Is this image sound, genuine, and the one that is needed? This step opens the image, has verification/examine.ts
 * examine it, and closes it.
 */
import type { Examination, ExaminationChoices } from "../verification/examine.js";
import { examineImage } from "../verification/examine.js";
import { loadKnownImages } from "../windows/known-images/index.js";
import { namingForeign } from "./foreign/index.js";
import { requireKnownChoices, requireKnownRequirements } from "./known-choices.js";
import type { DiscInDrive, ImageInput, InputOptions } from "./image-input.js";
import { openInput } from "./image-input.js";
import type { VerifyEvent } from "./verify-passes.js";
import { passRunner } from "./verify-passes.js";

/** Choices of `verify`. */
export type VerifyOptions = InputOptions & {
  readonly [Choice in keyof ExaminationChoices]?: ExaminationChoices[Choice] | undefined;
} & {
  readonly onEvent?: ((event: VerifyEvent) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
};

/** The verdict, and everything that it rests on. */
export type VerifyResult = Examination & {
  /** The path, or the name of what has none. */
  readonly path: string;
  /** The disc in an optical drive; null for everything else. */
  readonly disc: DiscInDrive | null;
};

/**
 * Verifies an image; damage is in the result. Throws `image-missing`, `image-unreadable`, `image-not-iso`,
 * `image-unsupported`, `image-changed` and `interrupted`.
 */
export async function verify(input: ImageInput, options: VerifyOptions = {}): Promise<VerifyResult> {
  requireKnownChoices(options);
  requireKnownRequirements(options.requirements);
  const opened = await openInput(input, options);
  const { deep = false, md5 = false, allow = [], requirements = [] } = options;
  const { now = () => performance.now(), signal, onEvent } = options;
  try {
    const knownImages = options.knownImages ?? (await loadKnownImages());
    const choices = { deep, md5, allow, requirements, knownImages };
    const { source } = opened;
    const examine = () => examineImage(source, choices, passRunner(opened, { signal, onEvent, now }));
    const result = await namingForeign(source, opened.path, examine);
    opened.finish();
    await opened.assertUnchanged();
    return { path: opened.path, disc: opened.disc, ...result };
  } finally {
    await opened.close();
  }
}
