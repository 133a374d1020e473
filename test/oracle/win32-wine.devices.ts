/**
 * The Windows writer for real: the Windows build of Node runs it under wine on a loop device that calls itself
 * `\\.\PhysicalDrive1`. The kernel judges what reached the device, and strace that every transfer was whole sectors from
 * aligned memory, which wine forgives and Windows does not.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MiB } from "../../src/bytes/units.js";
import { openImageFile } from "../../src/drive/index.js";
import { listScript, rescanScript } from "../../src/drive/win32-scripts.js";
import { planDisk, smallestDisk } from "../../src/volumes/index.js";
import { openImage } from "../../src/steps/open-image.js";
import { writePlan } from "../../src/write/write-plan.js";
import { contractCases, leastSize } from "../platform/contract-cases.js";
import { writeDemoImage } from "../support/demo-image.js";
import { judge } from "../support/judges.js";
import { attachLoopDevice, canAttachLoopDevices, type LoopDevice } from "../support/loop-device.js";
import type { SessionAnswer, SessionRequest } from "../support/windows-session.js";
import { compileFor, fetchWindowsNode, startWine, windowsPath, type Wine } from "../support/wine.js";
import { sample } from "../support/sample.js";

const usedByte = 0xa5;
const root = join(import.meta.dirname, "..", "..");
const recorded = readFileSync(join(root, "test/drive/recorded/win32/usb-stick.json"), "utf8");

const folder = mkdtempSync(join(tmpdir(), "win7usb-wine-"));
const possible = canAttachLoopDevices() && judge("losetup") && judge("wine") && judge("strace");
const nodeExe = possible ? fetchWindowsNode(folder) : null;
let wine: Wine;
let device: LoopDevice | undefined;
let session: string;

beforeAll(() => {
  if (nodeExe === null) return;
  compileFor(folder, join(root, "test/support/windows-session.ts"));
  session = join(folder, "js/test/support/windows-session.js");
  wine = startWine(folder, nodeExe);
}, 180_000);

afterEach(() => {
  device?.detach();
  device = undefined;
});

afterAll(() => {
  if (nodeExe !== null) wine.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A fresh file behind `\\.\PhysicalDrive1`: wine shares devices whatever a program asks for, but not files. */
function attachFile(size: number): string {
  const file = join(folder, "disk.img");
  writeFileSync(file, Buffer.alloc(size, usedByte));
  wine.attach(file);
  return file;
}

/** A fresh device behind `\\.\PhysicalDrive1`. */
function attachDevice(size: number, sectorSize: number): string {
  device = attachLoopDevice(attachFile(size), { sectorSize });
  wine.attach(device.path);
  return device.path;
}

/** The recorded stick as disk 1, with the size and the sectors that the loop device has. */
function reportOf(size: number, sectorSize: number, serial = "4C530001230523117453"): string {
  const report = JSON.parse(recorded) as { Disks: Record<string, unknown>[] };
  Object.assign(report.Disks[1]!, { Size: size, LogicalSectorSize: sectorSize, SerialNumber: serial });
  return JSON.stringify(report);
}

function runSession(
  work: SessionRequest["work"],
  medium: string,
  size: number,
  sectorSize: number,
  tracer?: readonly string[],
): SessionAnswer {
  const request: SessionRequest = {
    report: reportOf(size, sectorSize),
    swapped: reportOf(size, sectorSize, "another"),
    medium: windowsPath(medium),
    before: usedByte,
    work,
  };
  const path = join(folder, "request.json");
  writeFileSync(path, JSON.stringify(request));
  rmSync(`${path}.answer`, { force: true });
  wine.runNode(session, [windowsPath(path)], tracer);
  const answer = JSON.parse(readFileSync(`${path}.answer`, "utf8")) as SessionAnswer;
  expect(answer.platform).toBe("win32");
  return answer;
}

const moved = (transfers: readonly Transfer[]): number => transfers.reduce((sum, { length }) => sum + length, 0);

type Transfer = { readonly call: string; readonly address: number; readonly length: number; readonly offset: number };

/** The transfers in a trace with raw parameters: handle, address, length, offset. */
function transfersIn(trace: string): Transfer[] {
  const pattern = /\b(pread64|pwrite64)\((0x[\da-f]+), (0x[\da-f]+|NULL|0), (0x[\da-f]+|0), (0x[\da-f]+|0)/g;
  return [...trace.matchAll(pattern)].map(([, call, , address, length, offset]) => ({
    call: call!,
    address: Number(address),
    length: Number(length),
    offset: Number(offset),
  }));
}

/** wine itself reads so many bytes at the beginning of whatever is opened. */
const wineLook = 23;

describe.skipIf(nodeExe === null)("the Windows build of Node under wine", () => {
  for (const sectorSize of [512, 4096]) {
    for (const { name, opensTwice } of sectorSize === 512 ? contractCases : sample(contractCases, 4)) {
      it(`${name} (\\\\.\\PhysicalDrive1, sectors of ${sectorSize})`, () => {
        const medium = opensTwice === true ? attachFile(leastSize) : attachDevice(leastSize, sectorSize);
        const answer = runSession({ kind: "case", name }, medium, leastSize, sectorSize);
        expect(answer.error).toBeUndefined();
        expect(answer.scripts[0]).toBe(listScript);
      });
    }
  }

  it.each([
    { fileSystem: "fat32", sectorSize: 512 },
    { fileSystem: "ntfs", sectorSize: 4096 },
  ] as const)(
    "gives $fileSystem on sectors of $sectorSize the bytes of the image file, in whole sectors",
    async ({ fileSystem, sectorSize }) => {
      const iso = await writeDemoImage(folder, { payloadSize: 4 * MiB }, `${fileSystem}.iso`);
      const opened = await openImage(iso);
      const options = { fileSystem, label: "WIN7" };
      const size = smallestDisk(opened.image.tree, options) + 2 * MiB;
      const plan = planDisk(opened.image.tree, { diskSize: size }, options);
      const file = join(folder, `${fileSystem}.img`);
      const target = await openImageFile(file, size, { force: false });
      await writePlan({
        plan,
        targets: [target],
        verify: true,
        onEvent: () => undefined,
        now: () => performance.now(),
      });
      await opened.close();

      const path = attachDevice(size, sectorSize);
      const trace = join(folder, "trace.txt");
      const calls = "pread64,pwrite64";
      const tracer = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-q",
        "-P",
        path,
        "-e",
        `trace=${calls}`,
        "-e",
        `raw=${calls}`,
        "-o",
        trace,
      ];
      const answer = runSession({ kind: "plan", iso: windowsPath(iso), fileSystem }, path, size, sectorSize, tracer);

      expect(answer.error).toBeUndefined();
      expect(answer.events.filter(({ event }) => event === "warning")).toEqual([]);
      expect(answer.events.at(-1)).toMatchObject({ event: "done", targets: [{ verified: true }] });
      expect(answer.scripts).toEqual([listScript, listScript, rescanScript(1)]);
      execFileSync("blockdev", ["--flushbufs", path]);
      const onDevice = readFileSync(path);
      const inFile = readFileSync(file);
      for (const { offset, length } of plan.extents) {
        const same = onDevice.subarray(offset, offset + length).equals(inFile.subarray(offset, offset + length));
        expect(same, `the extent at ${offset}`).toBe(true);
      }

      const transfers = transfersIn(readFileSync(trace, "utf8")).filter(
        ({ call, offset, length }) => !(call === "pread64" && offset === 0 && length === wineLook),
      );
      const written = transfers.filter(({ call }) => call === "pwrite64");
      const planned = plan.extents.reduce((sum, { length }) => sum + length, 0);
      expect(moved(written)).toBeGreaterThanOrEqual(planned);
      expect(moved(transfers) - moved(written)).toBeGreaterThanOrEqual(planned);
      for (const { address, length, offset } of transfers) {
        expect([address % sectorSize, length % sectorSize, offset % sectorSize]).toEqual([0, 0, 0]);
      }
      // The sector that boots is zeroed first and written last.
      expect([written[0]!.offset, written.at(-1)!.offset]).toEqual([0, 0]);
    },
  );
});
