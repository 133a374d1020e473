import { MiB } from "../bytes/units.js";

/** Why a volume cannot be followed: it is damaged, or none of the kind that was written. */
export class VolumeFault extends Error {}

/** It holds more than is kept in memory. */
export class VolumeLimit extends VolumeFault {}

/** Of all paths together, in UTF-16 units: directories may lie in each other thousands deep. */
const mostPathUnits = 64 * MiB;

/** Throws VolumeLimit where a volume's paths have `units` characters and that is too many. */
export function checkPathUnits(units: number): void {
  if (units > mostPathUnits) throw new VolumeLimit(`its paths have more than ${mostPathUnits} characters`);
}

export function assertVolume(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new VolumeFault(reason);
}
