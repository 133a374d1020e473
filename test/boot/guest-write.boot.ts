/**
 * win7usb in a Linux of its own, on sticks of QEMU's: listed, written, booted; pulled out while they are written; mounted.
 * The guest's kernel and the BIOS are the judges. One guest serves all tests, with a stick for each.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";
import { KiB, MiB } from "../../src/bytes/units.js";
import { main } from "../../src/cli/main.js";
import { sectorSize } from "../../src/volumes/plan.js";
import type { WritePhase } from "../../src/progress/events.js";
import { writeDemoImage } from "../support/demo-image.js";
import { fakeTerminal } from "../support/fake-terminal.js";
import { guestKernel, startGuest, type GuestMachine } from "../support/guest-machine.js";
import { guestFiles } from "../support/guest-root.js";
import { doneTargets, fileDigest, writeInGuest } from "../support/guest-write.js";
import { bootImage } from "../support/qemu.js";
import { expectBoot, readAt, writeAt } from "./stick.js";
import { parseOutput } from "../support/json-output.js";
import { everyCase, sample } from "../support/sample.js";
import { isUnfinished } from "../support/unfinished.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-write-"));
const kernel = await guestKernel();
const iso = `${guestFiles}/win7.iso`;
const stickSize = 256 * MiB;
/** Written by win7usb in this guest, and bootable: what the other tests start from. */
const good = join(work, "good.img");

let guest: GuestMachine;

beforeAll(async () => {
  if (kernel === null) return;
  const image = await writeDemoImage(work, { bootmgr: bootmgrProbe(), payloadSize: 2 * MiB });
  guest = await startGuest(kernel, [image]);
});
afterAll(async () => {
  await guest?.close();
  rmSync(work, { recursive: true });
});

function copyOfGood(name: string): string {
  const file = join(work, `${name}.img`);
  copyFileSync(good, file);
  return file;
}

/** Mounts what was written, counts its files and reads one. */
const mounting = (drive: string): string =>
  `mount -o ro ${drive}1 /mnt && find /mnt -type f | wc -l && sha256sum /mnt/bootmgr; umount /mnt`;
const mounted = /^30\n[0-9a-f]{64} {2}\/mnt\/bootmgr\n$/;

/** Text for people, which wraps at words, as one line. */
const inOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

describe.skipIf(kernel === null)("win7usb on a Linux machine", () => {
  it("lists a stick, writes it, and what it wrote boots and equals an image file", async () => {
    // Not zeros: what a write leaves out has to be seen.
    writeFileSync(good, Buffer.alloc(stickSize, 0x5a));
    const stick = await guest.plug({ file: good, serial: "GOOD" });
    const { out: list, err: hidden } = await guest.run("win7usb drives");
    expect(list.split("\n")[1]?.trim()).toMatch(
      new RegExp(`^${stick.path} +268 MB +usb +QEMU QEMU HARDDISK +GOOD +- +-$`),
    );
    expect(list).not.toContain("/dev/vda");
    expect(hidden).toContain("1 other drive not shown");
    const { drives } = parseOutput<{ drives: unknown[] }>("drives", (await guest.run("win7usb drives --json")).out);
    const facts = { path: stick.path, size: stickSize, bus: "usb", removable: true, serial: "GOOD", writable: true };
    expect(drives).toMatchObject([facts]);

    const write = await writeInGuest(guest, iso, [stick.path]);
    // "It is safe to unplug": so that is done at once.
    await stick.unplug();
    expect(write.exitCode, write.err).toBe(0);
    expect(inOneLine(write.err)).toContain("It is safe to unplug");
    // Into a pipe goes nothing of a bar.
    expect(write.err).toContain("verifying\n");
    // oxlint-disable-next-line no-control-regex
    expect(write.err).not.toMatch(/[\u001b\r\u2500\u2501]/);
    const { sha256, sha256Bytes, verified } = doneTargets(write)[0]!;
    expect(verified).toBe(true);
    expect(await fileDigest(good, sha256Bytes)).toBe(sha256);
    const image = join(work, "same.img");
    const terminal = fakeTerminal();
    const args = ["write", join(work, "win7.iso"), image, "--size", "256M"];
    expect(await main(args, terminal), terminal.shown.err).toBe(0);
    expect(await fileDigest(image, sha256Bytes)).toBe(sha256);
    await expectBoot(good);
    await expectBoot(good, { bus: "xhci" });
  });

  // A stick that was mounted is, after its write, in the usual run, too.
  it.each(everyCase ? ["at once"] : [])("is understood by the kernel, which sees the new partition %s", async () => {
    const stick = await guest.plug({ file: copyOfGood("mounted"), serial: "KERNEL" });
    const check = mounting(stick.path);
    const before = await guest.run(check);
    expect(before.out, before.err).toMatch(mounted);
    // Without its partition table, then written: the kernel has to look again.
    expect(
      (await guest.run(`dd if=/dev/zero of=${stick.path} bs=512 count=1 && blockdev --rereadpt ${stick.path}`))
        .exitCode,
    ).toBe(0);
    expect((await guest.run(`ls ${stick.path}1`)).exitCode).not.toBe(0);
    const write = await writeInGuest(guest, iso, [stick.path]);
    expect(write.exitCode, write.err).toBe(0);
    const after = await guest.run(check);
    expect(after.out, after.err).toBe(before.out);
    expect((await guest.run("dmesg | grep -i fat-fs")).out).toBe("");
    await stick.unplug();
  });

  const moments: readonly [WritePhase, number][] = [
    ["write", 0.3],
    ["verify", 0.5],
  ];
  it.each(sample(moments, 1))(
    "pulled out in the phase %s at %f of it says where and why, and the stick does not boot",
    async (phase, part) => {
      const file = copyOfGood(`pulled-${phase}`);
      const stick = await guest.plug({ file, serial: `PULL${phase.toUpperCase()}`, rate: 4 * MiB });
      let pulledAt = 0;
      let pulled: Promise<void> | undefined;
      let told = 0;
      const write = await writeInGuest(guest, iso, [stick.path], (event) => {
        if (event.event !== "progress" || event.phase !== phase || pulled !== undefined) return;
        if (event.bytes < part * event.totalBytes) return;
        told = event.bytes;
        pulledAt = performance.now();
        pulled = stick.unplug();
      });
      await pulled;
      expect(pulledAt).toBeGreaterThan(0);
      const took = write.endedAt - pulledAt;
      console.log(`pulled out in the phase ${phase}: exit code ${write.exitCode} after ${Math.round(took)} ms`);
      expect(write.exitCode, write.err).toBe(6);
      const last = write.events.at(-1)!.event;
      expect(last).toMatchObject({ event: "error", code: "write-failed" });
      const message = last.event === "error" ? last.message : "";
      expect(message).toContain(stick.path);
      // Not that it was full, which is what the kernel says of a drive without a size.
      expect(message).toMatch(/: the drive is gone$|: ENODEV: /);
      expect(last).toMatchObject({ data: { target: stick.path, cause: "ENODEV" } });
      expect(inOneLine(write.err)).toMatch(/hint: (The drive is gone: p|P)lug it in again/i);
      const offset = Number(/at byte (\d+)/.exec(message)?.[1]);
      expect(offset).toBeGreaterThan(told - 8 * MiB);
      expect(offset).toBeLessThan(told + 40 * MiB);
      expect(inOneLine(write.err)).toContain(message);
      expect(isUnfinished(readAt(file, 0, sectorSize))).toBe(true);
      const boot = await bootImage(file, { bus: "ehci", until: /not a bootable disk|No bootable device/ });
      expect(boot).toMatchObject({ serial: "", timedOut: false, exitCode: null });
      expect((await guest.run("win7usb drives --json")).out).toContain('"drives":[]');
    },
  );

  describe("with a stick that is mounted", () => {
    it("refuses it while something there is in use, and leaves it as it is", async () => {
      const file = copyOfGood("busy");
      const stick = await guest.plug({ file, serial: "BUSY" });
      // Read-only, so that not a byte of the stick may change.
      expect((await guest.run(`mount -o ro ${stick.path}1 /mnt`)).exitCode).toBe(0);
      const user = guest.run("cd /mnt && exec sleep 600 & echo $! >/run/user; wait");
      try {
        const before = await fileDigest(file, stickSize);
        const write = await writeInGuest(guest, iso, [stick.path]);
        expect(write.exitCode, write.err).toBe(5);
        expect(write.events.at(-1)!.event).toMatchObject({ event: "error", code: "target-in-use" });
        expect(inOneLine(write.err)).toMatch(/\/mnt .*cannot be unmounted: .*busy/);
        expect((await guest.run("sync; cat /proc/mounts")).out).toContain(`${stick.path}1 /mnt vfat`);
        expect((await stick.transferred()).written).toBe(0);
        expect(await fileDigest(file, stickSize)).toBe(before);
      } finally {
        await guest.run("kill $(cat /run/user)");
        await user;
      }
      expect((await guest.run("umount /mnt")).exitCode).toBe(0);
      await stick.unplug();
      await expectBoot(file);
    });

    it("says so, unmounts it, and writes", async () => {
      const file = copyOfGood("mounted");
      const stick = await guest.plug({ file, serial: "MOUNTED" });
      const before = await guest.run(mounting(stick.path));
      expect(before.out, before.err).toMatch(mounted);
      expect((await guest.run(`mount ${stick.path}1 /mnt && echo mine >/mnt/mine.txt`)).exitCode).toBe(0);
      expect((await guest.run("win7usb drives")).out).toMatch(/ \/mnt$/m);
      const write = await writeInGuest(guest, iso, [stick.path]);
      expect(write.exitCode, write.err).toBe(0);
      expect(inOneLine(write.err)).toContain("on /mnt (will be unmounted)");
      expect((await guest.run("cat /proc/mounts")).out).not.toContain(stick.path);
      const after = await guest.run(mounting(stick.path));
      expect(after.out, after.err).toBe(before.out);
      expect((await guest.run("dmesg | grep -i fat-fs")).out).toBe("");
      await stick.unplug();
      const { sha256, sha256Bytes } = doneTargets(write)[0]!;
      expect(await fileDigest(file, sha256Bytes)).toBe(sha256);
      expect(await fileDigest(good, sha256Bytes)).toBe(sha256);
      await expectBoot(file);
    });
  });

  // On loop devices in the usual run, too: check.devices.ts.
  const counting = everyCase ? ["as the medium counts it"] : [];
  it.each(counting)("with --only-changed writes what differs and hardly more, %s", async () => {
    const file = copyOfGood("changed");
    const stick = await guest.plug({ file, serial: "SAME" });
    const same = await writeInGuest(guest, iso, [stick.path, "--only-changed"]);
    const { written } = await stick.transferred();
    await stick.unplug();
    expect(same.exitCode, same.err).toBe(0);
    const { sha256, sha256Bytes, bytesWritten } = doneTargets(same)[0]!;
    expect(written).toBe(bytesWritten);
    expect(await fileDigest(file, sha256Bytes)).toBe(sha256);

    // One block of a hundred, 4 KiB each, from behind the partition's start to the end of the content.
    const blockSize = 4 * KiB;
    for (let offset = 2 * MiB; offset < sha256Bytes; offset += 100 * blockSize) {
      writeAt(file, offset, Buffer.alloc(blockSize, 0xee));
    }
    const damaged = await guest.plug({ file, serial: "DAMAGED" });
    const repaired = await writeInGuest(guest, iso, [damaged.path, "--only-changed"]);
    const changed = (await damaged.transferred()).written;
    await damaged.unplug();
    expect(repaired.exitCode, repaired.err).toBe(0);
    console.log(
      `--only-changed wrote ${written} bytes of ${sha256Bytes} to the same stick, ${changed} with 1 % changed`,
    );
    // The sector that boots is blanked and put back; the sector is all that has to be written.
    expect(written).toBeLessThanOrEqual(2 * sectorSize);
    expect(changed).toBeGreaterThan(0.009 * sha256Bytes);
    expect(changed).toBeLessThan(0.02 * sha256Bytes);
    expect(await fileDigest(file, sha256Bytes)).toBe(sha256);
    await expectBoot(file);
  });

  it("refuses a partition with the drive's name, and the machine's own disk whatever is allowed", async () => {
    const stick = await guest.plug({ file: copyOfGood("names"), serial: "NAMES" });
    const partition = await writeInGuest(guest, iso, [`${stick.path}1`]);
    expect(partition.exitCode).toBe(5);
    expect(inOneLine(partition.err)).toContain(`Name the drive itself, ${stick.path}`);
    const system = await guest.run(`win7usb write ${iso} /dev/vda --yes --allow fixed-disk large-disk`);
    expect(system.exitCode).toBe(5);
    expect(inOneLine(system.err)).toContain("/dev/vda carries the running system");
    expect((await stick.transferred()).written).toBe(0);
    await stick.unplug();
  });
});
