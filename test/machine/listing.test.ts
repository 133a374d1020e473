/** Listings of every program that is understood, as people have them: which devices come of each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Win7UsbError } from "../../src/errors.js";
import type { Machine } from "../../src/machine/device.js";
import { listingLineLimit, listingSizeLimit, machineDeviceLimit } from "../../src/machine/limits.js";
import { readListing } from "../../src/machine/listing/index.js";
import { thrownBy } from "../support/disk-plans.js";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): Machine => readListing(encode(text), "machine.txt");
const published = (name: string): Machine =>
  read(readFileSync(join(import.meta.dirname, "..", "..", "fixtures", "machines", name), "utf8"));
const firstIds = ({ devices }: Machine): (string | undefined)[] => devices.map(({ hardwareIds }) => hardwareIds[0]);

const id = String.raw`PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04`;
const whole = { formats: ["lspci"], kind: "usb-controller", location: "00:14.0", last: String.raw`PCI\CC_0C03`, id };
const name = "Intel Corporation 7 Series/C210 Series Chipset Family USB xHCI Host Controller";

describe("lspci", () => {
  it.each([
    [
      "-nnv",
      `00:14.0 USB controller [0c03]: ${name} [8086:1e31] (rev 04) (prog-if 30 [XHCI])\n\tSubsystem: Lenovo ThinkPad [17aa:21f3]\n\tCapabilities: [70] Power Management version 2`,
    ],
    ["-nnk", `00:14.0 USB controller [0c03]: ${name} [8086:1e31] (rev 04)\n\tSubsystem: Lenovo [17aa:21f3]\n`],
    ["-mmnn", `00:14.0 "USB controller [0c03]" "Intel [8086]" "xHCI [1e31]" -r04 -p30 "Lenovo [17aa]" "Device [21f3]"`],
    ["-mmn with a domain", `0000:00:14.0 "0c03" "8086" "1e31" -r04 -p30 "17aa" "21f3"`],
    ["-nv", "00:14.0 0c03: 8086:1e31 (rev 04) (prog-if 30 [XHCI])\n\tSubsystem: 17aa:21f3\n"],
    [
      "-vmmnnk",
      "Slot:\t00:14.0\nClass:\tUSB controller [0c03]\nVendor:\tIntel [8086]\nDevice:\txHCI [1e31]\nSVendor:\tLenovo [17aa]\nSDevice:\tDevice [21f3]\nRev:\t04\nProgIf:\t30\nDriver:\txhci_hcd\n\n",
    ],
    ["a part of a mail", `> 00:14.0 USB controller [0c03]: ${name} \n[8086:1e31] (rev 04)\n> Subsystem: x [17aa:21f3]`],
  ])("%s", (_form, text) => {
    const { formats, devices } = read(text.replaceAll("\n> S", "\nS"));
    const [device] = devices;
    expect(devices).toHaveLength(1);
    const { kind, location, hardwareIds, compatibleIds } = device!;
    expect({ formats, kind, location, last: compatibleIds.at(-1), id: hardwareIds[0] }).toEqual(whole);
    expect(compatibleIds).toContain(String.raw`PCI\CC_0C0330`);
  });

  it("twice, and Linux' messages besides, are one list of devices", () => {
    const machine = read(
      `00:14.0 USB controller [0c03]: Device [8086:1e31] (rev 04)\n[ 0.2] pci 0000:00:14.0: [8086:1e31] type 00 class 0x0c0330\n00:14.0 USB controller [0c03]: ${name} [8086:1e31]\n\tSubsystem: x [17aa:21f3]\n`,
    );
    expect(firstIds(machine)).toEqual([id]);
    expect(machine.devices[0]!.missing).toEqual([]);
    expect(machine.formats).toEqual(["lspci", "dmesg"]);
  });
});

describe("as people published them", () => {
  it.each([
    ["latitude-gm965.txt", 19, "PCI\\VEN_8086&DEV_2A00&SUBSYS_022F1028&REV_0C"],
    ["thinkpad-t420.txt", 11, "PCI\\VEN_8086&DEV_0104&REV_09"],
    ["desktop-h110.txt", 12, "PCI\\VEN_8086&DEV_191F&REV_07"],
    ["laptop-nvme.txt", 12, "PCI\\VEN_8086&DEV_5904&REV_02"],
    ["laptop-nnk.txt", 5, "PCI\\VEN_8086&DEV_5914&SUBSYS_506817AA&REV_08"],
    ["virtualbox-dmesg.txt", 10, "PCI\\VEN_8086&DEV_1237"],
    ["bay-trail-emmc.txt", 7, "PCI\\VEN_8086&DEV_0F00&REV_0F"],
  ])("%s lists %i devices", (file, count, first) => {
    const machine = published(file);
    expect(machine.devices).toHaveLength(count);
    expect(firstIds(machine)[0]).toBe(first);
  });
});

describe("lsusb", () => {
  it("without -v tells no classes", () => {
    const machine = read("Bus 001 Device 002: ID 046d:c31c Logitech, Inc. Keyboard K120\n");
    expect(machine).toMatchObject({ formats: ["lsusb"], devices: [{ kind: "other", missing: ["class"] }] });
  });

  it("-v tells interfaces, alternate settings once", () => {
    const machine = read(
      [
        "Bus 001 Device 002: ID 046d:c31c Logitech, Inc. Keyboard K120",
        "Device Descriptor:",
        "  bDeviceClass            0 ",
        "  bDeviceSubClass         0 ",
        "  bDeviceProtocol         0 ",
        "  bcdDevice           64.01",
        ...["0", "1", "1"].flatMap((number, at) => [
          `      bInterfaceNumber        ${number}`,
          `      bAlternateSetting       ${at === 2 ? 1 : 0}`,
          "      bInterfaceClass         3 Human Interface Device",
          "      bInterfaceSubClass      1 Boot Interface Subclass",
          `      bInterfaceProtocol      ${number === "0" ? 1 : 2}`,
        ]),
      ].join("\n"),
    );
    expect(firstIds(machine)).toEqual([
      String.raw`USB\VID_046D&PID_C31C&REV_6401`,
      String.raw`USB\VID_046D&PID_C31C&REV_6401&MI_00`,
      String.raw`USB\VID_046D&PID_C31C&REV_6401&MI_01`,
    ]);
  });
});

describe("modalias", () => {
  const sys = "/sys/devices/pci0000:00/0000:00:14.0";
  const lines = [
    `${sys}/modalias:pci:v00008086d00001E31sv000017AAsd000021F3bc0Csc03i30`,
    `${sys}/revision:0x04`,
    `${sys}/usb1/1-1/1-1:1.0/modalias:usb:v046DpC31Cd6401dc00dsc00dp00ic03isc01ip01in00`,
    `${sys}/usb1/1-0:1.0/modalias:usb:v1D6Bp0002d0510dc09dsc00dp01ic09isc00ip00in00`,
    "/sys/devices/LNXSYSTM:00/PNP0303:00/modalias:acpi:PNP0303:",
    "/sys/devices/LNXSYSTM:00/PNP0501:00/modalias:acpi:PNP0501:",
    "/sys/devices/LNXSYSTM:00/PNP0501:00/status:0",
    "/sys/devices/virtual/dmi/id/modalias:dmi:bvnLENOVO:bvrG2ETB2WW:bd11/25/2018:svnLENOVO:pn2325AB1:pvrThinkPadX230:rvnLENOVO:",
    "/sys/firmware/efi/fw_platform_size:64",
    "/proc/meminfo:MemTotal:        8019552 kB",
  ];

  it("with the files' paths tells what hangs on what, memory, firmware and name", () => {
    const machine = read(lines.join("\n"));
    expect(firstIds(machine)).toEqual([id, String.raw`ACPI\PNP0303`, String.raw`USB\VID_046D&PID_C31C&REV_6401`]);
    expect(machine.devices.map(({ location, controller }) => [location, controller])).toEqual([
      ["00:14.0", null],
      ["PNP0303:00", null],
      ["1-1", "00:14.0"],
    ]);
    expect(machine).toMatchObject({
      formats: ["modalias"],
      name: "LENOVO 2325AB1 ThinkPadX230",
      memory: 8_212_021_248,
      firmware: { kind: "uefi", bits: 64, year: 2018 },
    });
  });

  it.each([
    ["efi: EFI v2.70 by American Megatrends", { kind: "uefi", bits: null, year: null }],
    [
      "[    0.000000] efi: EFI v2.70 by X\n[    0.000000] DMI: ASUS PRIME/X, BIOS 1202 10/15/2021",
      { kind: "uefi", bits: null, year: 2021 },
    ],
    ["DMI: ASUS PRIME/X, BIOS 1202 10/15/2021", null],
  ])("beside %j says whether UEFI has started it", (text, firmware) => {
    expect(read(`${text}\npci:v00008086d00001E31sv000017AAsd000021F3bc0Csc03i30\n`).firmware).toEqual(firmware);
  });

  it("without paths is understood, too", () => {
    const machine = read("pci:v00008086d00001E31sv000017AAsd000021F3bc0Csc03i30\nMODALIAS=acpi:PNP0F13:\n");
    expect(firstIds(machine)).toEqual([String.raw`PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA`, String.raw`ACPI\PNP0F13`]);
    expect(machine).toMatchObject({ firmware: null, memory: null, name: null });
  });
});

describe("Windows", () => {
  const labels = [
    ["Instance ID", "Device Description", "Class Name", "Hardware IDs", "Compatible IDs"],
    ["Instanz-ID", "Gerätebeschreibung", "Klassenname", "Hardware-IDs", "Kompatible IDs"],
    ["インスタンス ID", "デバイスの説明", "クラス名", "ハードウェア ID", "互換性のある ID"],
  ];
  const block = ([instance, description, className, hardware, compatible]: readonly string[]): string =>
    [
      "Microsoft PnP Utility",
      "",
      String.raw`${instance}:                PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04\3&11583659&0&A0`,
      `${description}:         Intel(R) USB 3.0 eXtensible Host Controller - 1.0 (Microsoft)`,
      `${className}:                 USB`,
      "Class GUID:                 {36fc9e60-c465-11cf-8056-444553540000}",
      String.raw`${hardware}:               PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04`,
      String.raw`                            PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA`,
      String.raw`                            PCI\VEN_8086&DEV_1E31&CC_0C0330`,
      String.raw`${compatible}:             PCI\VEN_8086&DEV_1E31&REV_04`,
      String.raw`                            PCI\CC_0C0330`,
      "",
      String.raw`${instance}:                ACPI\PNP0303\4&1d401fb5&0`,
      `${description}:         Standard PS/2 Keyboard`,
      String.raw`${hardware}:               ACPI\PNP0303`,
      "                            *PNP0303",
      "",
      String.raw`${instance}:                USB\ROOT_HUB30\4&1e8a9b&0&0`,
      String.raw`${hardware}:               USB\ROOT_HUB30`,
      String.raw`${instance}:                SWD\PRINTENUM\{0}`,
      "",
    ].join("\r\n");

  it.each(labels)("pnputil in a language that says %s", (...words) => {
    const text = block(words);
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le"));
    for (const data of [encode(text), utf16]) {
      const machine = readListing(data, "machine.txt");
      expect(machine.formats).toEqual(["windows"]);
      expect(firstIds(machine)).toEqual([id, String.raw`ACPI\PNP0303`]);
      expect(machine.devices[0]).toMatchObject({
        kind: "usb-controller",
        name: "Intel(R) USB 3.0 eXtensible Host Controller - 1.0 (Microsoft)",
        missing: [],
      });
      // As Windows 7 has them, whatever Windows made the list.
      expect(machine.devices[0]!.hardwareIds).toContain(String.raw`PCI\VEN_8086&DEV_1E31`);
    }
  });

  it.each([
    [
      "devcon",
      String.raw`PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04\3&11583659&0&A0
    Name: Some controller
    Hardware IDs:
        PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04
    Compatible IDs:
        PCI\CC_0C0330`,
    ],
    [
      "WMI",
      String.raw`DeviceID=PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04\3&11583659&0&A0
HardwareID={"PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04","PCI\VEN_8086&DEV_1E31&CC_0C0330"}`,
    ],
  ])("%s", (_program, text) => {
    const machine = read(text);
    expect(firstIds(machine)).toEqual([id]);
    expect(machine.devices[0]!.kind).toBe("usb-controller");
  });

  it("with instances alone has their ids, and says what is missing", () => {
    const machine = read(String.raw`OK USB x PCI\VEN_8086&DEV_1E31\3&1
Instance ID: PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04\3&11583659&0&A0
Instance ID: USB\VID_046D&PID_C31C\5&1`);
    expect(machine.devices.map(({ hardwareIds, missing }) => [hardwareIds[0], missing])).toEqual([
      [id, ["class"]],
      [String.raw`USB\VID_046D&PID_C31C`, ["class"]],
    ]);
  });
});

describe("what is no listing", () => {
  it.each([
    ["empty", "", /nothing of its 0 bytes is one/],
    ["a text", "Dear all, my USB does not work.\n", /nothing of its/],
    ["without numbers", "00:14.0 USB controller: Intel Corporation xHCI (rev 04)\n", /no numbers/],
    ["a program", `MZ\0\u0090\0${"\0\u0001".repeat(500)}`, /nothing of its/],
  ])("%s is refused, and what is understood is told", (_name, text, words) => {
    const error = thrownBy(() => read(text));
    expect([error.code, error.hint]).toEqual(["no-devices", expect.stringMatching(/lspci -nnv.*pnputil/)]);
    expect(error.message).toMatch(words);
  });

  it.each([
    ["of 100 MB", () => new Uint8Array(100_000_000), /has 95\.4 MiB \(100000000 bytes\), expected at most 16\.0 MiB/],
    [
      "of 100,000 devices",
      () =>
        encode(
          Array.from(
            { length: 100_000 },
            (_, at) => `Bus 001 Device 002: ID 046d:${at.toString(16).padStart(4, "0")}\n`,
          )
            .join("")
            .slice(0, listingSizeLimit),
        ),
      new RegExp(`more than ${machineDeviceLimit} devices`),
    ],
  ])("a list %s is refused", (_name, make, words) => {
    const error = thrownBy(() => readListing(make(), "machine.txt"));
    expect(error.code).toBe("input-unsupported");
    expect(error.message).toMatch(words);
  });

  it("one line of all that it may have costs no more than its reading", () => {
    const pieces = [
      "[8086:1e31] ",
      '"a\\',
      '"\\',
      "(rev ",
      "PCI\\",
      "a: ",
      " ",
      "a   ",
      "DMI: , BIOS ",
      "dmi:bvn:svn",
      '{"',
      "MemTotal: ",
    ];
    for (const piece of pieces) {
      const line = piece.repeat(listingLineLimit / piece.length);
      const lines = `00:14.0 ${line}\n${line}\n`.repeat(50);
      expect(() => readListing(encode(lines), "x")).toThrow(Win7UsbError);
    }
  });
});
