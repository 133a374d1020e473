/** Linux' own NTFS driver, ntfs3 of Debian 13's kernel, mounts a planned volume read-write and has nothing to say. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { planNtfs } from "../../src/volumes/ntfs/plan/index.js";
import { contentSource, walk } from "../../src/tree/index.js";
import { executePlan } from "../support/execute-plan.js";
import { judge } from "../support/judges.js";
import { runGuest } from "../support/linux-guest.js";
import { sharedKernel } from "../support/shared-kernel.js";
import { directory, file, tree } from "../support/memory-tree.js";
import { checkNtfsTools, said } from "../support/ntfs-judges.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-ntfs3-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const canRun = ["qemu-system-x86_64", "busybox", "ntfsfix", "apt-get", "dpkg-deb", "xz"].every((command) =>
  judge(command),
);
const kernel = canRun ? await sharedKernel("trixie", "cloud-amd64") : null;
if (kernel === null && process.env["CI"] === "true") throw new Error("Debian 13's kernel cannot be fetched");

const longest = `${"n".repeat(250)}.long`;
const given = tree(
  file("bootmgr", 383_786),
  directory("boot", [file("bcd", 262_144), file("small", 600), file("empty")]),
  directory(
    "many",
    Array.from({ length: 5000 }, (_, index) => file(`A component, number ${index}.manifest`, index % 800)),
  ),
  directory(
    longest,
    Array.from({ length: 12 }, (_, index) => file(`${index}${longest.slice(2)}`, index * 100)),
  ),
  directory("Größe", [file("日本語 😀.txt", 5000)]),
);

async function checksums(): Promise<string> {
  const lines: string[] = [];
  for (const { path, node } of walk(given)) {
    if (node.kind !== "file") continue;
    const bytes = await contentSource(node).read(0, node.size);
    lines.push(`${createHash("md5").update(bytes).digest("hex")}  ${path}\n`);
  }
  return lines.join("");
}

const script = `
mount -t ntfs3 -o rw,iocharset=utf8 /dev/vda /mnt && echo MOUNTED
cd /mnt && md5sum -c -s /sums && echo EQUAL
i=0; while [ $i -lt 400 ]; do echo "new $i" > "/mnt/many/by the guest $i.txt"; echo "$i" > "/mnt/root $i.txt"; i=$((i+1)); done
rm /mnt/many/*77.manifest; cp /bin/busybox /mnt/bootmgr; mkdir "/mnt/new folder"; cp /bin/busybox "/mnt/new folder/copy"
mv /mnt/boot/small "/mnt/${longest.slice(0, 200)}"; rm -r /mnt/boot
cd /; sync; umount /mnt && echo UNMOUNTED
mount -t ntfs3 -o ro,iocharset=utf8 /dev/vda /mnt && echo MOUNTED AGAIN
cmp /mnt/bootmgr /bin/busybox && cmp "/mnt/new folder/copy" /bin/busybox && echo SAME
echo "FILES $(find /mnt -type f | wc -l)"
cat "/mnt/many/by the guest 399.txt"
umount /mnt
echo "NTFS3 SAID: $(dmesg | grep -i ntfs)."
`;

describe.skipIf(kernel === null)("ntfs3", () => {
  it("mounts, checks, changes and leaves a volume without a warning, and it stays sound", async () => {
    const disk = join(work, "partition");
    await executePlan(planNtfs(given, { diskSize: 128 * MiB }, { label: "NTFS3" }), disk, MiB);
    const modules = ["fs/nls/nls_utf8", "fs/ntfs3/ntfs3"];
    const files = { sums: await checksums() };
    const output = runGuest(kernel!, { modules, script, files, disk, timeoutMs: 600_000 }).replaceAll("\r", "");
    // 5,017 files as planned, 800 added, 50 of the 5,000 removed, one copy made, bcd and the empty file removed.
    const expected = 5017 + 800 - 50 + 1 - 2;
    for (const line of ["MOUNTED", "EQUAL", "UNMOUNTED", "MOUNTED AGAIN", "SAME", "new 399", "NTFS3 SAID: ."]) {
      expect(output.split("\n")).toContain(line);
    }
    expect(output).toContain(`FILES ${expected}\n`);
    checkNtfsTools(disk);
    expect(said("7z", ["t", disk])).toContain("Everything is Ok");
  });
});
