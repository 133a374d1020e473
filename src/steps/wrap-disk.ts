/** The plan of a disk put into the files of virtual machines. */
import { basename } from "node:path";
import type { Container } from "../containers/index.js";
import { containerFor, isCompressed } from "../containers/index.js";
import type { WriteTarget } from "../drive/drive.js";
import { coverage } from "../extents/spans.js";
import { identifierOf } from "../volumes/identity.js";
import type { DiskPlan } from "../volumes/plan.js";

/** By the targets' paths. Throws `target-unsupported` for a disk that a format cannot hold. */
export function wrapDisk(plan: DiskPlan, targets: readonly WriteTarget[]): ReadonlyMap<string, Container> {
  const wrapped = targets.flatMap((target) =>
    target.kind === "image-file" && target.format !== undefined && !isCompressed(target.format)
      ? [{ target, format: target.format }]
      : [],
  );
  if (wrapped.length === 0) return new Map();
  const { diskSize, extents } = plan;
  const used = coverage(extents.filter(({ source }) => source.kind !== "zeros"));
  const identity = identifierOf(plan);
  return new Map(
    wrapped.map(({ target, format }) => {
      const fileName = basename(target.realPath ?? target.path);
      return [target.path, containerFor(format, { diskSize, used, identity, fileName })];
    }),
  );
}

/** Bytes of the largest set of headers and tables. */
export function structureBytes(containers: ReadonlyMap<string, Container>): number {
  const sizes = [...containers.values()].map(({ structures }) =>
    structures.reduce((sum, { length }) => sum + length, 0),
  );
  return Math.max(0, ...sizes);
}
