/** What is demanded of an image, beside being what win7usb is for. */
import { requirementBeginnings } from "./beginnings.js";
import type { ListSpec, OptionSpec } from "./spec.js";

export const required = {
  long: "require",
  kind: "list",
  value: "k=v,...",
  item: /^(?:genuine|[a-z0-9]+=[^\\/]*)$/i,
  beginnings: requirementBeginnings,
  group: "limits",
  summary: "exit with 4 unless all of these are met",
  details:
    "edition=Professional, arch=x86, sp=1, language=en-US, sha256=... or sha1=... of the whole file, or genuine: its hash is a published one. Short and other usual forms will do: edition=Pro, arch=i386, sp=SP1, lang=en-US.",
} as const satisfies ListSpec;

/** A requirement of a write. */
export const requiredOfWritten = {
  ...required,
  details: `${required.details} What the hash alone tells is known when all has been read, and the target is then not made bootable.`,
} as const satisfies ListSpec;

export const imageCheck = {
  long: "image-check",
  kind: "choice",
  value: "kind",
  choices: ["auto", "none", "hash", "deep"],
  default: "auto",
  group: "checks",
  summary: "check the image meanwhile: auto, none, hash or deep",
  details:
    "hash: its SHA-1 and SHA-256 are taken, and it is refused where it has the label and size of a published image and another hash. deep: every file in its WIMs is decompressed and its SHA-1 compared, too. auto is hash where it has the label and size of a published image, and deep otherwise. The image is read once for the check and for the drive, and a target of a damaged one is not made bootable.",
} as const satisfies OptionSpec;
