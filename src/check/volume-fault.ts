/** Why a volume cannot be followed: it is damaged, or none of the kind that was written. */
export class VolumeFault extends Error {}

/** It holds more than is kept in memory. */
export class VolumeLimit extends VolumeFault {}

export function check(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new VolumeFault(reason);
}
