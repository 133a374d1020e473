/**
 * The tree that a stick was laid out from, out of the stick: names and times are those of its volume, contents are ranges of
 * the disk. It is the tree if laying it out as the manifest says gives the stick again, structures to the byte: disk signature and
 * serial numbers come from all names, sizes and times in it. Trap: files lie in the order in which they lie in the image,
 * and behind them, in the tree's order, what was added. So the files of the stick are ranges of one source, in the manifest's
 * order, and each of those that were added is a source of its own, as it was then.
 */
import { createReadBytes } from "../../check/read-bytes.js";
import { otherLayout } from "../../check/other-image.js";
import { InOrder } from "../../drive/in-order.js";
import { Win7UsbError } from "../../errors.js";
import type { Extent } from "../../extents/extent.js";
import { concatenate, fromSource, substitute } from "../../extents/layout.js";
import { layoutSource } from "../../extents/layout-source.js";
import type { ByteSource, ReadBytes } from "../../source/byte-source.js";
import { filledSource } from "../../source/byte-source.js";
import type { FileTree } from "../../tree/index.js";
import { planDisk } from "../../volumes/index.js";
import type { DiskPlan, PlannedFile } from "../../volumes/plan.js";
import { treesOfDisk } from "../../volumes/tree-of-disk.js";
import { VolumeFault } from "../../volumes/volume-fault.js";
import type { OpenedStick } from "../open-stick.js";
import { changesOf } from "./changes.js";

/** The disk as it is. */
export type StickDisk = { readonly source: ByteSource; readonly read: ReadBytes };

export type StickTree = {
  readonly tree: FileTree;
  /** A plan of the tree's files, in terms of where they lie on the stick. */
  readonly located: (plan: DiskPlan) => DiskPlan;
};

/** The bytes of the stick, through memory that is one read's at a time. */
export function diskOf({ manifest, reader }: OpenedStick): StickDisk {
  const order = new InOrder();
  const readOne = createReadBytes(reader);
  const read: ReadBytes = (offset, length) => order.run(() => readOne(offset, length));
  const source = filledSource(manifest.diskSize, async (offset, target) => {
    target.set(await read(offset, target.length));
  });
  return { source, read };
}

/**
 * `addedFrom`: the index of the first file that was added behind those of the image. Throws `image-needed` where the stick does not
 * say all that it was made of.
 */
export async function treeOfStick(stick: OpenedStick, disk: StickDisk, addedFrom = Infinity): Promise<StickTree> {
  const { manifest, manifestArea, path } = stick;
  const { files, fileSystem, diskSize, label, signature, bootPrompt } = manifest;
  if (files === null) throw imageNeeded(path, "its manifest does not list its files");
  const contents = contentsOf(files, disk.source, addedFrom);
  const located = (plan: DiskPlan): DiskPlan => {
    let { extents } = plan;
    for (const { source, content } of contents.sources) extents = substitute(extents, source, content);
    return { ...plan, extents };
  };
  for (const tree of await candidates(stick, disk, contents.contentOf)) {
    const options = { fileSystem, label, signature: signature ?? undefined, bootPrompt };
    const plan = planned(() => planDisk(tree, { diskSize }, options));
    if (plan === undefined || otherLayout(plan, manifest, manifestArea.offset) !== undefined) continue;
    const { changed, moved } = await changesOf(located(plan), disk.source, disk.read);
    if (changed.length === 0 && moved.length === 0) return { tree, located };
  }
  const reason =
    "its volume does not say all that it was laid out from, or another version of win7usb lays it out otherwise";
  throw imageNeeded(path, reason);
}

async function candidates(
  { manifest, path }: OpenedStick,
  { read }: StickDisk,
  contentOf: (file: number) => readonly Extent[],
): Promise<readonly FileTree[]> {
  const { fileSystem, diskSize, files } = manifest;
  try {
    return await treesOfDisk(read, { fileSystem, diskSize, files: files ?? [] }, contentOf);
  } catch (error) {
    if (error instanceof VolumeFault) throw imageNeeded(path, `its volume cannot be followed: ${error.message}`);
    throw error;
  }
}

/** Undefined where the tree cannot be laid out so. */
function planned(plan: () => DiskPlan): DiskPlan | undefined {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Win7UsbError) return undefined;
    throw error;
  }
}

/** `reason`: why, as the end of a sentence. */
export function imageNeeded(path: string, reason: string): Win7UsbError {
  return new Win7UsbError("image-needed", `${path} cannot be changed so without its image: ${reason}`, {
    hint: "Give the image that it was made of, too.",
    data: { path },
  });
}

type Located = { readonly source: ByteSource; readonly content: readonly Extent[] };

/** Sources in which the files lie one behind the other, and what they are of the disk. */
function contentsOf(files: readonly PlannedFile[], disk: ByteSource, addedFrom: number) {
  const onDisk = files.map(({ runs }) =>
    concatenate(runs.map(({ offset, length }) => fromSource(disk, offset, length))),
  );
  const together = concatenate(onDisk.slice(0, addedFrom).flat());
  const common = sourceOf(together);
  const own = onDisk.slice(addedFrom).map(sourceOf);
  let start = 0;
  const starts = files.map(({ size }) => (start += size) - size);
  const contentOf = (file: number): readonly Extent[] => {
    const { size } = files[file]!;
    if (size === 0) return [];
    if (file >= addedFrom) return concatenate([fromSource(own[file - addedFrom]!.source, 0, size)]);
    return concatenate([fromSource(common.source, starts[file], size)]);
  };
  return { contentOf, sources: [common, ...own] };
}

function sourceOf(content: readonly Extent[]): Located {
  const size = content.reduce((sum, { length }) => sum + length, 0);
  return { source: layoutSource(content, size), content };
}
