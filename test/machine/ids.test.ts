/** Ids in Windows' order, from what a device says of itself: Microsoft's documentation has each form. */
import { describe, expect, it } from "vitest";
import { acpiDevice, audioDevice, vmbusDevice } from "../../src/machine/other-buses.js";
import type { PciFacts } from "../../src/machine/pci.js";
import { pciDevice } from "../../src/machine/pci.js";
import { usbDevices } from "../../src/machine/usb.js";

const xhci: PciFacts = {
  location: "00:14.0",
  name: null,
  vendor: "8086",
  device: "1e31",
  classCode: "0c03",
  interface: "30",
  revision: "04",
  subsystem: { vendor: "17aa", device: "21f3" },
  linuxDriver: null,
};

describe("a PCI device", () => {
  it("has all ids that Windows 7 reports, the closest first", () => {
    const { hardwareIds, compatibleIds, kind, missing } = pciDevice(xhci);
    expect(hardwareIds).toEqual([
      String.raw`PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04`,
      String.raw`PCI\VEN_8086&DEV_1E31&SUBSYS_21F317AA`,
      String.raw`PCI\VEN_8086&DEV_1E31&REV_04`,
      String.raw`PCI\VEN_8086&DEV_1E31`,
      String.raw`PCI\VEN_8086&DEV_1E31&CC_0C0330`,
      String.raw`PCI\VEN_8086&DEV_1E31&CC_0C03`,
    ]);
    expect(compatibleIds).toEqual([
      String.raw`PCI\VEN_8086&DEV_1E31&REV_04`,
      String.raw`PCI\VEN_8086&DEV_1E31`,
      String.raw`PCI\VEN_8086&CC_0C0330`,
      String.raw`PCI\VEN_8086&CC_0C03`,
      String.raw`PCI\VEN_8086`,
      String.raw`PCI\CC_0C0330`,
      String.raw`PCI\CC_0C03`,
    ]);
    expect([kind, missing]).toEqual(["usb-controller", []]);
  });

  it.each([
    ["by Linux' driver", { linuxDriver: "xhci_hcd", name: "Some EHCI" }, "PCI\\CC_0C0330"],
    ["by its name", { name: "Intel 82801H (ICH8 Family) USB2 EHCI Controller #2" }, "PCI\\CC_0C0320"],
    ["by another name", { name: "VIA Technologies, Inc. USB 2.0" }, "PCI\\CC_0C0320"],
    ["by a name of USB 3", { name: "Sunrise Point-LP USB 3.0 xHCI Controller" }, "PCI\\CC_0C0330"],
    ["by a name of USB 1", { name: "VT82xxxxx UHCI USB 1.1 Controller" }, "PCI\\CC_0C0300"],
    ["not by a name that says nothing", { name: "Device" }, "PCI\\CC_0C03"],
    ["as AHCI", { classCode: "0106", name: "Intel Corporation Device" }, "PCI\\CC_010601"],
    ["as NVMe", { classCode: "0108", name: "PC300" }, "PCI\\CC_010802"],
  ])("without a programming interface has it %s", (_name, facts, id) => {
    const device = pciDevice({ ...xhci, interface: null, ...facts });
    expect(device.compatibleIds.at(-1) === id ? id : device.compatibleIds.at(-2)).toBe(id);
    expect(device.missing).toEqual(id.endsWith("0C03") ? ["interface"] : []);
  });

  it("that tells vendor and device alone has the ids of those, and says what is missing", () => {
    const facts = { ...xhci, classCode: null, interface: null, revision: null, subsystem: null };
    const { hardwareIds, compatibleIds, missing } = pciDevice(facts);
    expect(hardwareIds).toEqual([String.raw`PCI\VEN_8086&DEV_1E31`]);
    expect(compatibleIds).toEqual([String.raw`PCI\VEN_8086&DEV_1E31`, String.raw`PCI\VEN_8086`]);
    expect(missing).toEqual(["subsystem", "class"]);
  });

  it.each([
    ["010601", "storage"],
    ["0805", "system"],
    ["0200", "network"],
    ["0280", "network"],
    ["0300", "display"],
    ["0403", "audio"],
    ["0604", "system"],
    ["0c05", "system"],
    ["0c0330", "usb-controller"],
    ["0c0010", "other"],
    ["0780", "other"],
    ["1180", "system"],
  ])("of class %s is for %s", (classCode, kind) => {
    expect(pciDevice({ ...xhci, classCode }).kind).toBe(kind);
  });
});

describe("a USB device", () => {
  const keyboard = {
    location: null,
    controller: null,
    name: null,
    vendor: "046d",
    product: "c31c",
    revision: "6401",
    deviceClass: ["00", "00", "00"],
    interfaces: [{ number: "00", class: ["03", "01", "01"] }],
  } as const;

  it("with one interface has the class of that", () => {
    expect(usbDevices(keyboard)).toMatchObject([
      {
        kind: "input",
        hardwareIds: [String.raw`USB\VID_046D&PID_C31C&REV_6401`, String.raw`USB\VID_046D&PID_C31C`],
        compatibleIds: [
          String.raw`USB\CLASS_03&SUBCLASS_01&PROT_01`,
          String.raw`USB\CLASS_03&SUBCLASS_01`,
          String.raw`USB\CLASS_03`,
        ],
      },
    ]);
  });

  it("with several is a composite one, and each is a device", () => {
    const mouse = { number: "01", class: ["03", "01", "02"] } as const;
    const devices = usbDevices({ ...keyboard, interfaces: [...keyboard.interfaces, mouse] });
    expect(devices.map(({ hardwareIds, compatibleIds }) => [hardwareIds.at(-1), compatibleIds[0]])).toEqual([
      [String.raw`USB\VID_046D&PID_C31C`, String.raw`USB\COMPOSITE`],
      [String.raw`USB\VID_046D&PID_C31C&MI_00`, String.raw`USB\CLASS_03&SUBCLASS_01&PROT_01`],
      [String.raw`USB\VID_046D&PID_C31C&MI_01`, String.raw`USB\CLASS_03&SUBCLASS_01&PROT_02`],
    ]);
  });

  it("without a class says that it is missing, and a root hub of Linux is none", () => {
    expect(usbDevices({ ...keyboard, deviceClass: null, interfaces: [] })).toMatchObject([{ missing: ["class"] }]);
    expect(usbDevices({ ...keyboard, vendor: "1d6b" })).toEqual([]);
  });
});

it("a device of ACPI has its names as Windows writes them, and Linux' own is none", () => {
  expect(acpiDevice(["LEN0071", "PNP0303"], "PNP0303:00")).toMatchObject({
    kind: "input",
    hardwareIds: [String.raw`ACPI\LEN0071`, "*LEN0071"],
    compatibleIds: [String.raw`ACPI\PNP0303`, "*PNP0303"],
  });
  expect(acpiDevice(["LNXSYBUS"], null)).toBeNull();
});

it("an audio function and a channel of Hyper-V have theirs", () => {
  const audio = audioDevice({ codec: "10ec0269", revision: "00100100", location: null, controller: null });
  expect(audio.hardwareIds).toEqual([
    String.raw`HDAUDIO\FUNC_01&VEN_10EC&DEV_0269&REV_1001`,
    String.raw`HDAUDIO\FUNC_01&VEN_10EC&DEV_0269`,
  ]);
  expect(vmbusDevice("d96361baa104294db60572e2ffb1dc7f", null)).toMatchObject({
    kind: "storage",
    hardwareIds: [String.raw`VMBUS\{BA6163D9-04A1-4D29-B605-72E2FFB1DC7F}`],
  });
});
