/** What `--allow` lifts. */
import type { ListSpec } from "./spec.js";

export const allow = {
  long: "allow",
  kind: "list",
  value: "name,...",
  group: "limits",
  summary: "lift refusals by their names",
} as const satisfies ListSpec;

/** Names of refusals that `--allow` lifts; a test holds them to what is refused. */
export const imageRefusals = ["x64", "rtm", "pre-release", "not-windows-7", "no-boot-files", "unreadable-wim"] as const;
/** Of an image that is not all there. */
export const wholenessRefusals = ["padding-missing"] as const;
/** Of an image that was found to be other than it should be while it was written. */
export const soundnessRefusals = ["damaged", "altered"] as const;
/** Of names that a stick cannot have. */
export const nameRefusals = ["name-unsupported", "name-collision"] as const;
export const targetRefusals = ["fixed-disk", "large-disk"] as const;
