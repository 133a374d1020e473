/** What is asked for with a folder of updates. */
import type { ChosenUpdates } from "./choose-updates.js";

/** Updates that were read and found to be for the Windows of the image. */
export type UpdatesWish = {
  readonly kind: "updates";
  readonly chosen: ChosenUpdates;
  /** Files of the folder that are no .cab and no .msu. */
  readonly passedOver: readonly string[];
};
