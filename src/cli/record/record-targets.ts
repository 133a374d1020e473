/** What a record says of a drive, an image file or a stream. */
import type { WriteTarget } from "../../drive/drive.js";
import type { TargetDone } from "../../progress/events.js";
import { diskMap, recordedCells, type DiskMap, type RecordTarget } from "../../record/index.js";
import type { CheckResult } from "../../steps/check-target.js";
import type { PreparedWrite } from "../../steps/prepare-write.js";
import { fileSystemNames, formatNames } from "../render/plan-sheet.js";
import type { WritePace } from "../render/write-pace.js";

/** Names of added files that are kept. */
const mostAdded = 1000;

export function unknownTarget(path: string): RecordTarget {
  return {
    path,
    kind: null,
    size: null,
    model: null,
    serial: null,
    bus: null,
    format: null,
    disk: null,
    origin: null,
    verified: null,
    sha256: null,
    sha256Bytes: null,
    write: null,
    readBack: null,
    progress: null,
    compared: null,
    mismatches: [],
    added: [],
    map: null,
  };
}

export function preparedTarget(target: WriteTarget, { plan }: PreparedWrite, map: DiskMap): RecordTarget {
  const edits = (plan.edits ?? []).map(editWords);
  const { fileSystem, label, diskSize: size, files } = plan;
  const disk = { fileSystem: fileSystemNames[fileSystem], label, size, files: files.length, edits };
  const common = { ...unknownTarget(target.path), disk, map };
  if (target.kind === "drive") {
    const { model, serial, bus, size: driveSize } = target.drive;
    return { ...common, kind: "drive", size: driveSize, model, serial, bus };
  }
  const format = target.kind === "image-file" && target.format !== undefined ? formatNames[target.format] : null;
  return { ...common, kind: target.kind === "stream" ? "stream" : "image-file", size, format };
}

/** `edition Ultimate`. */
function editWords({ kind, value }: { readonly kind: string; readonly value: string }): string {
  return value === "" ? kind : `${kind} ${value}`;
}

export function doneTarget(target: RecordTarget, done: TargetDone, pace: WritePace): RecordTarget {
  const { verified, sha256, sha256Bytes } = done;
  const { write, readBack } = pace.of(done.path, done.bytesDiffering ?? done.bytesWritten);
  return { ...target, verified, sha256, sha256Bytes, write, readBack, progress: null };
}

export function checkedTarget(result: CheckResult): RecordTarget {
  const { target, layout, origin, fileSystem, label, files, bytes, mismatches, added, against } = result;
  const { path, kind, size, format, drive } = target;
  const disk =
    fileSystem === null || layout === null
      ? null
      : {
          fileSystem: fileSystemNames[fileSystem],
          label: label ?? "",
          size: layout.diskSize,
          files,
          edits: (origin?.edits ?? []).map(editWords),
        };
  return {
    ...unknownTarget(path),
    kind,
    size,
    model: drive?.model ?? null,
    serial: drive?.serial ?? null,
    bus: drive?.bus ?? null,
    format: format === undefined ? null : formatNames[format],
    disk,
    origin: origin === null ? null : originOf(origin),
    compared: against === null ? null : bytes,
    mismatches,
    added: added.slice(0, mostAdded),
    map: layout === null ? null : diskMap(layout, { cells: recordedCells, mismatches }),
  };
}

function originOf({ volumeLabel, size, sha256, program }: NonNullable<CheckResult["origin"]>) {
  return { volumeLabel, size, sha256, program };
}
