/** A virtual machine's disk as a target: what the file holds in the end, and a medium that loses a byte of the tables. */
import { describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { containerFor, containerFormats, isCompressed } from "../../src/containers/index.js";
import { containerWriter } from "../../src/drive/container-writer.js";
import { fileOf, mixedDisk } from "../containers/disks.js";
import { memoryDrive } from "../support/memory-drive.js";

const formats = containerFormats.filter((format) => format !== "raw" && !isCompressed(format));
const disk = mixedDisk();
const options = { alignment: 512, skipsZeros: true, path: "stick" };

describe.each(formats)("a file of %s", (format) => {
  const container = containerFor(format, disk);

  it("is the layout's", async () => {
    const file = memoryDrive(container.fileSize, options);
    const writer = await containerWriter(file, container);
    for (let offset = 0; offset < disk.diskSize; offset += MiB)
      await writer.write(offset, disk.bytes.subarray(offset, offset + MiB));
    await writer.commit();
    expect(file.state).toBe("committed");
    expect(Buffer.compare(file.bytes, await fileOf(container, disk))).toBe(0);
  });

  it("gets no name where a byte of the tables is lost, which is told by its place", async () => {
    const lost = container.structures.filter(({ source }) => source.kind !== "zeros").at(-1)!.offset + 7;
    const file = memoryDrive(container.fileSize, options);
    const writer = await containerWriter(file, container);
    file.bytes[lost]! ^= 0x55;
    await expect(writer.commit()).rejects.toMatchObject({
      code: "verify-failed",
      message: `stick: its ${format} tables at byte ${lost} are not as written`,
      data: { target: "stick", offset: lost },
    });
    expect(file.state).toBe("open");
  });
});
