/** What systems say of a disc in a drive, from what their commands and files print. */
import { describe, expect, it } from "vitest";
import type { RunCommand } from "../../src/drive/command.js";
import { inspectDarwinDisc } from "../../src/drive/optical-darwin.js";
import { dataTracksOf } from "../../src/drive/optical-linux.js";
import { inspectWindowsDisc } from "../../src/drive/optical-win32.js";

const answering =
  (stdout: string): RunCommand =>
  async () => ({ exitCode: 0, stdout, stderr: "" });

describe("udev's record of an optical drive", () => {
  it.each([
    {
      what: "an installation disc",
      lines: [
        "S:cdrom",
        "E:ID_CDROM=1",
        "E:ID_CDROM_MEDIA=1",
        "E:ID_CDROM_MEDIA_DVD=1",
        "E:ID_CDROM_MEDIA_TRACK_COUNT=1",
        "E:ID_CDROM_MEDIA_TRACK_COUNT_DATA=1",
      ],
      tracks: 1,
    },
    {
      what: "an audio disc",
      lines: [
        "E:ID_CDROM=1",
        "E:ID_CDROM_MEDIA=1",
        "E:ID_CDROM_MEDIA_CD=1",
        "E:ID_CDROM_MEDIA_TRACK_COUNT=12",
        "E:ID_CDROM_MEDIA_TRACK_COUNT_AUDIO=12",
      ],
      tracks: 0,
    },
    {
      what: "a disc with both",
      lines: ["E:ID_CDROM_MEDIA_TRACK_COUNT_AUDIO=11", "E:ID_CDROM_MEDIA_TRACK_COUNT_DATA=1"],
      tracks: 1,
    },
    { what: "a drive that nobody has asked", lines: ["E:ID_CDROM=1"], tracks: null },
    { what: "a disk", lines: ["E:ID_BUS=usb", "I:12345"], tracks: null },
  ])("of $what has $tracks tracks of data", ({ lines, tracks }) => {
    expect(dataTracksOf(lines.join("\n"))).toBe(tracks);
  });
});

const plist = (entries: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${entries}</dict></plist>`;

describe("diskutil", () => {
  const info = plist(
    "<key>DeviceIdentifier</key><string>disk4</string><key>OpticalMediaType</key><string>DVD-ROM</string>" +
      "<key>Size</key><integer>2564476928</integer><key>WholeDisk</key><true/>",
  );

  it.each(["/dev/disk4", "/dev/rdisk4", "disk4", "/dev/disk4s0"])(
    "knows %s as a disc that is read past the cache",
    async (path) => {
      expect(await inspectDarwinDisc(path, answering(info))).toEqual({
        path,
        device: "/dev/rdisk4",
        kind: "optical-drive",
        capacity: 2_564_476_928,
        medium: null,
        dataTracks: null,
      });
    },
  );

  it("knows no disk where there is no disc", async () => {
    const none = plist("<key>Error</key><true/><key>ErrorMessage</key><string>Could not find disk</string>");
    await expect(inspectDarwinDisc("/dev/disk4", answering(none))).rejects.toMatchObject({ code: "no-medium" });
  });
});

describe("Win32_CDROMDrive", () => {
  const loaded = '{"Drive":"E:","MediaLoaded":true,"Size":2564476928}';
  const empty = '{"Drive":"F:","MediaLoaded":false,"Size":null}';
  const both = answering(`{"Drives":[${loaded},${empty}]}`);

  it.each([
    ["E:", "\\\\.\\E:"],
    ["e:\\", "\\\\.\\E:"],
    ["\\\\.\\E:", "\\\\.\\E:"],
  ])("has a disc in %s", async (path, device) => {
    expect(await inspectWindowsDisc(path, both)).toMatchObject({
      device,
      kind: "optical-drive",
      capacity: 2_564_476_928,
    });
  });

  it("has no number, so that CdRom0 is the only drive that there is", async () => {
    const one = answering(`{"Drives":${loaded}}`);
    expect(await inspectWindowsDisc("\\\\.\\CdRom0", one)).toMatchObject({ device: "\\\\.\\CdRom0" });
    await expect(inspectWindowsDisc("\\\\.\\CdRom0", both)).rejects.toMatchObject({
      code: "image-missing",
      hint: "There is E:, F:.",
    });
  });

  it("has a drive without a disc, and others than are asked for", async () => {
    await expect(inspectWindowsDisc("F:", both)).rejects.toMatchObject({ code: "no-medium" });
    await expect(inspectWindowsDisc("C:", both)).rejects.toMatchObject({ code: "image-missing" });
    await expect(inspectWindowsDisc("C:", answering('{"Drives":[]}'))).rejects.toMatchObject({ code: "image-missing" });
    await expect(inspectWindowsDisc("E:", answering("no JSON"))).rejects.toMatchObject({ code: "target-unsupported" });
  });
});
