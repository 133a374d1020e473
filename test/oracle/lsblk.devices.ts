/** This machine's own drives, only listed: lsblk says the same of them, and a recording of them is read as they are. */
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Drive } from "../../src/drive/drive.js";
import { listDrives } from "../../src/drive/list.js";
import { readLinuxDevices } from "../../src/drive/linux-devices.js";
import { drivesOfLinux } from "../../src/drive/linux-drives.js";
import { playRecording, type LinuxRecording } from "../support/drive-recording.js";
import { judge } from "../support/judges.js";
import { disagreements } from "../support/lsblk-judge.js";
import { maskRecording, recordDrives, recordingText } from "../support/record-drives.js";

async function playedDrives(recording: LinuxRecording): Promise<Drive[]> {
  const root = playRecording(recording);
  try {
    return drivesOfLinux(await readLinuxDevices(root));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A recording between two equal listings: other tests attach loop devices meanwhile. */
async function recordUndisturbed(): Promise<{ recording: LinuxRecording; drives: Drive[] }> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const before = await listDrives();
    const recording = recordDrives("this machine");
    if (JSON.stringify(await listDrives()) === JSON.stringify(before)) return { recording, drives: before };
  }
  throw new Error("the drives of this machine change all the time");
}

describe.skipIf(process.platform !== "linux" || !judge("lsblk"))("this machine's drives", () => {
  it("are what lsblk says, and what their recording says", async () => {
    const { recording, drives } = await recordUndisturbed();
    expect(drives).not.toEqual([]);
    expect(disagreements(recording.lsblk, drives)).toEqual([]);
    const text = recordingText(recording);
    expect(JSON.parse(text)).toEqual(recording);
    expect(await playedDrives(recording)).toEqual(drives);
  });

  it("are recorded without their serial numbers where that is asked", async () => {
    const { recording, drives } = await recordUndisturbed();
    const masked = maskRecording(recordingText(recording));
    for (const { serial } of drives) if (serial !== null && serial.length > 3) expect(masked).not.toContain(serial);
    const sizes = (await playedDrives(JSON.parse(masked) as LinuxRecording)).map(({ path, size }) => `${path} ${size}`);
    expect(sizes).toEqual(drives.map(({ path, size }) => `${path} ${size}`));
  });
});
