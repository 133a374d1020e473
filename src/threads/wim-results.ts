/** Type guards for the results of WIM tasks that arrive from other threads. */
import type { ForeignNames, ImageTally, MissingBlob, WimResults, WimTaskKind } from "../verification/wim/index.js";
import {
  arrayOf,
  exactly,
  isBuffer,
  isBytes,
  isCounts,
  isNumber,
  isText,
  objectOf,
  orNull,
  type Guard,
} from "./shape.js";

const isTally = objectOf<ImageTally>({
  directories: isNumber,
  reparseDirectories: isNumber,
  files: isNumber,
  totalBytes: isNumber,
  hardLinkBytes: isNumber,
  references: isCounts,
  missing: arrayOf(objectOf<MissingBlob>({ path: isText, hash: isText })),
  missingCount: isNumber,
  strayDescriptors: isNumber,
  foreignNames: orNull(objectOf<ForeignNames>({ path: isText, count: isNumber })),
});

const isSegment = objectOf<WimResults["segment"]>({
  kind: exactly("segment"),
  buffer: isBuffer,
  length: isNumber,
  problem: orNull(isText),
  slackChunks: isNumber,
});

export const wimResults: { readonly [K in WimTaskKind]: Guard<WimResults[K]> } = {
  blobs: objectOf<WimResults["blobs"]>({
    kind: exactly("blobs"),
    problems: arrayOf(objectOf<WimResults["blobs"]["problems"][number]>({ index: isNumber, message: isText })),
    slackChunks: isNumber,
  }),
  segment: isSegment,
  "stored-segment": isSegment,
  "chunk-table": objectOf<WimResults["chunk-table"]>({
    kind: exactly("chunk-table"),
    table: isBytes,
    problem: orNull(isText),
  }),
  ranges: objectOf<WimResults["ranges"]>({ kind: exactly("ranges"), wrong: arrayOf(isNumber) }),
  metadata: objectOf<WimResults["metadata"]>({
    kind: exactly("metadata"),
    problem: orNull(isText),
    limit: orNull(isText),
    tally: orNull(isTally),
    slackChunks: isNumber,
  }),
  paths: objectOf<WimResults["paths"]>({
    kind: exactly("paths"),
    paths: arrayOf(objectOf<WimResults["paths"]["paths"][number]>({ blob: isNumber, path: isText })),
  }),
};
