/**
 * Was a target that agrees with its manifest made from this image and with these options? The image's plan is compared with the
 * manifest: another label or other files mean another image or other options; the same files at other places mean another
 * version of win7usb.
 */
import { isDeepStrictEqual } from "node:util";
import type { Manifest } from "../manifest/manifest.js";
import { layoutManifest } from "../manifest/manifest.js";
import { signatureText } from "../volumes/mbr.js";
import type { DiskPlan, PlannedFile } from "../volumes/plan.js";
import { packageVersion } from "../version.js";

/** Why the plan cannot be held against the target; `reason` ends a sentence. */
export type OtherLayout = {
  /** `other-edits`: what was changed in the image's files is not what is compared with. */
  readonly kind: "other-image" | "other-edits" | "other-version";
  readonly reason: string;
};

/** Undefined where the same files lie at the same places. `areaStart`: where the manifest lies. */
export function otherLayout(plan: DiskPlan, manifest: Manifest, areaStart: number): OtherLayout | undefined {
  const reason = otherChoice(plan, manifest) ?? otherFiles(plan.files, manifest.files);
  if (reason !== undefined) return { kind: "other-image", reason };
  const { spans, files } = layoutManifest(plan, areaStart);
  const isSame =
    isDeepStrictEqual(spans, manifest.spans) &&
    plan.clusterSize === manifest.clusterSize &&
    (files === null || manifest.files === null || isDeepStrictEqual(files.map(placeOf), manifest.files.map(placeOf)));
  if (isSame) return undefined;
  const { program } = manifest;
  return program === packageVersion
    ? { kind: "other-image", reason: "what is on it lies at other places" }
    : {
        kind: "other-version",
        reason: `win7usb ${program} wrote it, and lays out files otherwise than ${packageVersion}`,
      };
}

function otherChoice(plan: DiskPlan, manifest: Manifest): string | undefined {
  const { label, fileSystem, signature: asked, bootPrompt = false } = plan;
  if (fileSystem !== manifest.fileSystem) return `its file system is ${manifest.fileSystem}, not ${fileSystem}`;
  if (label !== manifest.label) return `its label is ${manifest.label}, not ${label}`;
  if (bootPrompt !== manifest.bootPrompt) {
    const does = manifest.bootPrompt ? "asks" : "does not ask";
    return `it ${does} for a key before it starts`;
  }
  const signature = asked ?? null;
  if (signature === manifest.signature) return undefined;
  return `its disk signature is ${signatureWords(manifest.signature)}, not ${signatureWords(signature)}`;
}

function signatureWords(signature: number | null): string {
  return signature === null ? "the image's own" : signatureText(signature);
}

/** Names and sizes tell images apart without reading a byte of them. */
function otherFiles(planned: readonly PlannedFile[], written: readonly PlannedFile[] | null): string | undefined {
  if (written === null) return undefined;
  const sizes = new Map(written.map(({ path, size }) => [path, size]));
  const missing = planned.find(({ path }) => !sizes.has(path));
  if (missing !== undefined) return `the image has ${missing.path}, which was not written`;
  const resized = planned.find(({ path, size }) => sizes.get(path) !== size);
  if (resized !== undefined) return `${resized.path} had another size`;
  const names = new Set(planned.map(({ path }) => path));
  const surplus = written.find(({ path }) => !names.has(path));
  return surplus === undefined ? undefined : `${surplus.path} was written, which the image does not have`;
}

/** As a manifest says it. */
function placeOf({ path, size, runs, modified = 0 }: PlannedFile): object {
  return { path, size, runs, modified: Math.max(0, Math.floor(modified)) };
}
