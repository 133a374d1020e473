/** What is asked of a stick that is there already, and what of it stays as its manifest says that it was. */
import { unknownChoice, Win7UsbError } from "../../errors.js";
import type { Manifest } from "../../manifest/manifest.js";
import { signatureText } from "../../volumes/mbr.js";
import type { EditKind } from "../../windows/customise/index.js";
import type { EditChoices } from "../edit-choices.js";
import { requireKnownChoices } from "../known-choices.js";
import type { WriteChoices } from "../write-choices.js";
import { resettable, type ResetName } from "./resettable.js";

/** What is to be changed of a stick; what is not given stays as the manifest says. */
export type UpdateChoices = EditChoices &
  Pick<WriteChoices, "label" | "signature" | "bootPrompt" | "allow" | "verify"> & {
    /** What is to be as the image has it. */
    readonly reset?: readonly ResetName[] | undefined;
  };

/** Throws `usage` for what is no choice, for what is given and taken back, and where nothing is asked for. */
export function requireUpdateChoices(choices: UpdateChoices): void {
  const { reset = [], add = [], drivers = [] } = choices;
  requireKnownChoices(choices);
  for (const name of reset) if (!resettable.includes(name)) throw unknownChoice("reset", name, resettable);
  const given: Readonly<Record<ResetName, boolean>> = {
    label: choices.label !== undefined,
    signature: choices.signature !== undefined,
    "boot-prompt": choices.bootPrompt !== undefined,
    edition: choices.edition !== undefined,
    "answer-file": choices.answerFile !== undefined,
    drivers: drivers.length > 0,
    updates: choices.updates !== undefined,
    add: add.length > 0,
  };
  const both = reset.find((name) => given[name]);
  if (both !== undefined) {
    throw new Win7UsbError("usage", `${both} is given and taken back`, { data: { choice: "reset", name: both } });
  }
  if (reset.length > 0 || Object.values(given).includes(true)) return;
  throw new Win7UsbError("usage", "nothing is asked to be changed", { data: { choice: "nothing" } });
}

/** What comes from folders of the host. */
export const folderEdits = ["add", "drivers", "updates"] as const satisfies readonly EditKind[];

/** Of `folderEdits`, those that are given. */
export function givenFolders({ add = [], drivers = [], updates }: EditChoices): (typeof folderEdits)[number][] {
  const given = { add: add.length > 0, drivers: drivers.length > 0, updates: updates !== undefined };
  return folderEdits.filter((kind) => given[kind]);
}

export function editOf({ edits }: Pick<Manifest, "edits">, kind: EditKind): Manifest["edits"][number] | undefined {
  return edits.find((edit) => edit.kind === kind);
}

/** The choices of a write that lays out the image as the stick was, save what is asked for. `kept`: the stick's answer file. */
export function writeChoicesOf(
  manifest: Manifest,
  choices: UpdateChoices,
  kept: Uint8Array | undefined,
): Omit<WriteChoices, "targets"> {
  const { reset: taken = [], ...asked } = choices;
  const stays = (name: ResetName): boolean => !taken.includes(name);
  const signature = manifest.signature === null ? undefined : signatureText(manifest.signature);
  // Whoever made the stick has allowed it.
  const allowed = kept !== undefined && choices.answerFile === undefined ? ["unattended-wipe"] : [];
  return {
    ...asked,
    allow: [...(choices.allow ?? []), ...allowed],
    fileSystem: manifest.fileSystem,
    label: choices.label ?? (stays("label") ? manifest.label : undefined),
    signature: choices.signature ?? (stays("signature") ? signature : undefined),
    bootPrompt: choices.bootPrompt ?? (stays("boot-prompt") && manifest.bootPrompt),
    edition: choices.edition ?? (stays("edition") ? editOf(manifest, "edition")?.value : undefined),
    answerFile: choices.answerFile ?? kept,
  };
}
