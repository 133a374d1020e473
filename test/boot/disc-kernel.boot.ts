/**
 * Discs that no image maker at hand writes, mounted by the Linux kernel in a guest: what it shows of UDF 2.50 and 2.60, whose
 * directories lie in a metadata partition, and of directories without a byte, is what is read.
 */
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { readImage } from "../../src/iso9660-reader/index.js";
import { memorySource } from "../../src/source/byte-source.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { discs } from "../support/kernel-discs.js";
import { judge } from "../support/judges.js";
import { runGuest } from "../support/linux-guest.js";
import { sharedKernel } from "../support/shared-kernel.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-discs-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const canRun = ["qemu-system-x86_64", "busybox", "apt-get", "dpkg-deb", "xz"].every((command) => judge(command));
const kernel = canRun ? await sharedKernel("trixie", "cloud-amd64") : null;
if (kernel === null && process.env["CI"] === "true") throw new Error("Debian 13's kernel cannot be fetched");

const modules = [
  "drivers/block/loop",
  "lib/crc-itu-t",
  "drivers/cdrom/cdrom",
  "fs/nls/nls_utf8",
  "fs/udf/udf",
  "fs/isofs/isofs",
];

/** Of the disk of the guest, which has all discs. */
const stride = 2 * MiB;

async function shownByUs(bytes: Uint8Array): Promise<string[]> {
  const { tree } = await readImage(memorySource(bytes));
  const lines: string[] = [];
  for (const { path, node } of walk(tree)) {
    if (node.kind === "directory") lines.push(`d ${path}`);
    else {
      const content = await contentSource(node).read(0, node.size);
      lines.push(`f ${path} ${createHash("md5").update(content).digest("hex")}`);
    }
  }
  return lines.toSorted();
}

const names = Object.keys(discs);
const script = names
  .map((name, index) => {
    const type = name.startsWith("UDF") ? "udf" : "iso9660";
    return `
losetup -r -o ${index * stride} /dev/loop${index} /dev/vda
echo "DISC ${index}"
mount -t ${type} -o ro /dev/loop${index} /mnt && cd /mnt && find . -mindepth 1 | sort | while read -r p; do
  if [ -d "$p" ]; then echo "d \${p#./}"; else echo "f \${p#./} $(md5sum < "$p" | cut -d' ' -f1)"; fi
done
cd /; umount /mnt
`;
  })
  .join("");

describe.skipIf(kernel === null)("what the kernel shows of", () => {
  let shown: Map<string, string[]>;
  beforeAll(() => {
    const disk = join(work, "discs");
    const file = openSync(disk, "w");
    for (const [index, name] of names.entries()) {
      const bytes = discs[name]!();
      writeSync(file, bytes, 0, bytes.length, index * stride);
    }
    ftruncateSync(file, names.length * stride);
    closeSync(file);
    const output = runGuest(kernel!, { modules, script, files: {}, disk, timeoutMs: 600_000 }).replaceAll("\r", "");
    shown = new Map(
      output
        .split(/^DISC /m)
        .slice(1)
        .map((part) => {
          const [index = "", ...lines] = part.split("\n");
          return [names[Number(index)]!, lines.filter((line) => /^[df] /.test(line)).toSorted()];
        }),
    );
  });

  it.each(names)("%s is what is read", async (name) => {
    const theirs = shown.get(name);
    expect(theirs?.length).toBeGreaterThan(0);
    const ours = await shownByUs(discs[name]!());
    // The kernel shows names of ISO 9660 alone in small letters.
    expect(name.startsWith("ISO") ? ours.map((line) => line.toLowerCase()).toSorted() : ours).toEqual(theirs);
  });
});
