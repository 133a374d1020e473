/** What a stick becomes without its image: laid out anew from its own tree, and compared with what is on it. */
import { firstFew } from "../../bytes/amounts.js";
import type { Container } from "../../containers/index.js";
import type { WriteTarget } from "../../drive/drive.js";
import { requireRoom } from "../../drive/free-space.js";
import { Failures, type Warning } from "../../errors.js";
import type { Extent } from "../../extents/extent.js";
import { blockSizeFor } from "../../transfer/block-size.js";
import { planDisk } from "../../volumes/index.js";
import { plannedDataBytes, type DiskPlan } from "../../volumes/plan.js";
import { diskSignature } from "../disk-signature.js";
import type { PreparedEdit } from "../edit-tree.js";
import { labelWarnings } from "../fit-tree.js";
import { judgeTargets } from "../judge-targets.js";
import type { OpenedStick } from "../open-stick.js";
import { structureBytes, wrapDisk } from "../wrap-disk.js";
import { changesOf, holdingMoved, placesOf, type ChangedPlace } from "./changes.js";
import { writeChoicesOf, type UpdateChoices } from "./choices.js";
import { editStick } from "./edit-stick.js";
import { diskOf, imageNeeded } from "./stick-tree.js";

/** What a stick becomes, and which sectors of it are written for that. */
export type ChangedStick = {
  readonly targets: readonly WriteTarget[];
  /** The whole disk, as it will be; what is on the stick already is a range of it. */
  readonly plan: DiskPlan;
  readonly containers: ReadonlyMap<string, Container>;
  readonly edits: readonly PreparedEdit[];
  readonly warnings: readonly Warning[];
  /** The sectors that differ, without the manifest. */
  readonly changed: readonly Extent[];
  /** What of them was read from elsewhere on the stick, where it lies there. */
  readonly held: readonly Extent[];
  /** What they are of. */
  readonly places: readonly ChangedPlace[];
};

/** Throws `image-needed`, and the first refusal with all that stands in the way besides. */
export async function changesFromStick(stick: OpenedStick, choices: UpdateChoices): Promise<ChangedStick> {
  const { manifest, path, format } = stick;
  const failures = new Failures();
  const file = { force: true, format: format ?? ("raw" as const) };
  const isDrive = stick.reader.kind === "drive";
  const inputs = { answerFile: choices.answerFile, allow: choices.allow };
  const { targets } = await judgeTargets({ targets: [path], ...inputs, ...(isDrive ? {} : file) }, undefined, failures);
  const changed = await failures.attempt(() => laidOutAnew(stick, choices, targets));
  failures.throwAll();
  const { plan, edits, ...changes } = changed!;
  const containers = wrapDisk(plan, targets);
  const files = targets.flatMap((target) => (target.kind === "image-file" ? [target.path] : []));
  await requireRoom(files, plannedDataBytes(plan, blockSizeFor(1)) + structureBytes(containers));
  const warnings = choices.label === undefined ? [] : labelWarnings(choices.label, plan.label, manifest.fileSystem);
  return { targets, plan, containers, edits, warnings, ...changes };
}

async function laidOutAnew(stick: OpenedStick, choices: UpdateChoices, targets: readonly WriteTarget[]) {
  const { manifest, path, manifestArea } = stick;
  const disk = diskOf(stick);
  const asked = diskSignature(choices.signature, targets);
  const { tree, located, made, edits } = await editStick(stick, disk, choices);
  const { label, bootPrompt } = writeChoicesOf(manifest, choices, undefined);
  const kept = (choices.reset ?? []).includes("signature") ? undefined : (manifest.signature ?? undefined);
  const options = {
    fileSystem: manifest.fileSystem,
    label: label ?? manifest.origin?.volumeLabel ?? manifest.label,
    signature: asked ?? kept,
    bootPrompt,
  };
  const { origin } = manifest;
  const laidOut: DiskPlan = {
    ...located(planDisk(tree, { diskSize: manifest.diskSize }, options)),
    ...(origin === null ? {} : { origin }),
    edits,
  };
  const { plan, held } = await holdingMoved(laidOut, disk.source, disk.read);
  const { changed, moved } = await changesOf(plan, disk.source, disk.read);
  // Into another file they may move: the stick stays as it is until that one is whole.
  if (moved.length > 0 && stick.reader.kind === "drive") {
    const names = placesOf(plan, moved).map(({ name }) => name);
    throw imageNeeded(
      path,
      `it would have to move ${firstFew(names, namedMoves)}, and an interruption would lose that`,
    );
  }
  const spans = changed.map(({ offset, length }) => ({ start: offset, end: offset + length }));
  const places = [
    ...placesOf(plan, spans),
    { name: "manifest", offset: manifestArea.offset, bytes: manifestArea.length },
  ];
  return { plan, changed, held, edits: made, places };
}

/** Files that a message names. */
const namedMoves = 3;
