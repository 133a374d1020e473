/** How long the transfers of a write are. */
import { MiB } from "../bytes/units.js";

/** Large enough that neither Node's turn-around nor a stick's command overhead is seen in the rate. */
const fewTargetsBlockSize = 4 * MiB;
/** With many targets the buffers are many, so each is smaller. */
const manyTargetsBlockSize = 1 * MiB;
const fewTargets = 2;

/** Bytes of the longest transfer. */
export function blockSizeFor(targetCount: number): number {
  return targetCount <= fewTargets ? fewTargetsBlockSize : manyTargetsBlockSize;
}
