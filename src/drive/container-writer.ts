/**
 * A virtual machine's disk as a target: who writes it sees the disk, and the file gets its blocks and tables. The tables are
 * written first, because the file has its name only when all of it is whole, and are read back last.
 */
import { imageFileUnit, MiB, roundDown, roundUp } from "../bytes/units.js";
import { pageMemory } from "../bytes/page-memory.js";
import { isAllZeros } from "../bytes/zeros.js";
import { mappedPieces, nowhere, readMapped } from "../containers/index.js";
import type { Container } from "../containers/index.js";
import type { Span } from "../extents/extent.js";
import { runEnd } from "../extents/extent.js";
import { readLayout } from "../extents/layout-source.js";
import { coalesce } from "../extents/spans.js";
import { Win7UsbError } from "../errors.js";
import type { DriveWriter } from "./drive-writer.js";
import { layeredWriter } from "./drive-writer.js";

const transfer = MiB;

/** Takes `file` over: it is aborted where the tables cannot be written. */
export async function containerWriter(file: DriveWriter, container: Container): Promise<DriveWriter> {
  const { map } = container;
  try {
    await writeStructures(file, container);
  } catch (error) {
    await file.abort();
    throw error;
  }
  return layeredWriter(file, {
    size: map.diskSize,
    async write(offset, bytes) {
      for (const { start, length, place } of mappedPieces(map, offset, offset + bytes.length)) {
        const part = bytes.subarray(start - offset, start - offset + length);
        if (place !== nowhere) await file.write(place, part);
        else if (!isAllZeros(part)) throw new RangeError(`bytes at ${start} of ${file.path} that no plan has`);
      }
    },
    read: (offset, target) => readMapped(map, offset, target, (place, part) => file.read(place, part)),
    async commit() {
      await compareStructures(file, container);
      await file.commit();
    },
  });
}

/** Pages that have something of the structures, in parts that memory holds. */
function* structurePages({ structures, fileSize }: Container): Generator<Span> {
  const pages = structures.map((extent) => ({
    start: roundDown(extent.offset, imageFileUnit),
    end: Math.min(roundUp(runEnd(extent), imageFileUnit), fileSize),
  }));
  for (const { start, end } of coalesce(pages)) {
    for (let from = start; from < end; from += transfer) yield { start: from, end: Math.min(from + transfer, end) };
  }
}

async function writeStructures(file: DriveWriter, container: Container): Promise<void> {
  const buffer = pageMemory(transfer);
  for (const { start, end } of structurePages(container)) {
    const page = buffer.subarray(0, end - start);
    await readLayout(container.structures, start, page, { gaps: "zeros" });
    await file.write(start, page);
  }
}

/** Throws `verify-failed` where a table is not what was written, with the place of the first byte that differs. */
async function compareStructures(file: DriveWriter, container: Container): Promise<void> {
  const buffer = pageMemory(transfer);
  for (const { start, end } of structurePages(container)) {
    const page = buffer.subarray(0, end - start);
    await file.read(start, page);
    const wanted = page.slice();
    await readLayout(container.structures, start, wanted, { gaps: "kept" });
    if (Buffer.compare(page, wanted) === 0) continue;
    const offset = start + wanted.findIndex((byte, index) => byte !== page[index]);
    throw new Win7UsbError(
      "verify-failed",
      `${file.path}: its ${container.format} tables at byte ${offset} are not as written`,
      {
        hint: "Write it again, to another disk: this one returns other bytes than it was given.",
        data: { target: file.path, offset },
      },
    );
  }
}
