/**
 * Machines of `test/drive/recorded/linux/` once more: `win7usb drives` on Debian's kernel lists what lsblk lists there, and
 * says to each drive what the table of the recordings says. Their drives are called by the order in which they answer.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Drive } from "../../src/drive/drive.js";
import { readLinuxDevices } from "../../src/drive/linux-devices.js";
import { drivesOfLinux } from "../../src/drive/linux-drives.js";
import { expectedVerdicts } from "../drive/expected-verdicts.js";
import { playRecording, type LinuxRecording } from "../support/drive-recording.js";
import { judge } from "../support/judges.js";
import { disagreements } from "../support/lsblk-judge.js";
import { fetchGuestTools, recordInGuest } from "../support/record-guest.js";
import { machines } from "../support/record-machines.js";
import { parseOutput } from "../support/json-output.js";

const work = mkdtempSync(join(tmpdir(), "win7usb-guest-drives-"));
const commands = ["qemu-system-x86_64", "busybox", "apt-get", "dpkg-deb", "xz", "chroot"];
const tools = commands.every((command) => judge(command)) && process.getuid?.() === 0 ? fetchGuestTools(work) : null;
if (tools === null && process.env["CI"] === "true") throw new Error("Debian 13's kernel and tools cannot be fetched");
afterAll(() => rmSync(work, { recursive: true }));

const names = ["sticks-in-use", "card-readers", "btrfs-two-disks"];

type Listed = Drive & { readonly refusals: readonly { readonly code: string }[] };

const codesOf = (lists: readonly (readonly string[])[]): string[] => lists.map((codes) => codes.join(" ")).toSorted();

describe.skipIf(tools === null)("drives of a machine", () => {
  it.each(names)("%s are what lsblk says", async (name) => {
    const guest = recordInGuest(
      tools!,
      machines.find((machine) => machine.name === name)!,
    );
    const recording = JSON.parse(guest.recording) as LinuxRecording;
    const { drives } = parseOutput<{ drives: Listed[] }>("drives", guest.drives);
    expect(disagreements(recording.lsblk, drives)).toEqual([]);
    expect(codesOf(drives.map(({ refusals }) => refusals.map(({ code }) => code)))).toEqual(
      codesOf(Object.values(expectedVerdicts.linux[name] ?? {})),
    );
    const root = playRecording(recording);
    try {
      // The command adds what the guard says.
      expect(drives).toMatchObject(drivesOfLinux(await readLinuxDevices(root)));
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
