/** Listings of machines for a fuzzer to begin with: some that people published, and one of each other form. */
import { publishedListing, publishedMachines } from "../support/machines.js";

const forms = [
  "Slot:\t00:14.0\nClass:\tUSB controller [0c03]\nVendor:\tIntel [8086]\nDevice:\txHCI [1e31]\nSVendor:\tLenovo [17aa]\nSDevice:\tX [21f3]\nRev:\t04\nProgIf:\t30\nDriver:\txhci_hcd\n\n",
  "00:14.0 0c03: 8086:1e31 (rev 04) (prog-if 30 [XHCI])\n\tSubsystem: 17aa:21f3\n\tFlags: bus master\n",
  "Bus 001 Device 002: ID 046d:c31c K120\n  bDeviceClass 0\n  bDeviceSubClass 0\n  bDeviceProtocol 0\n  bcdDevice 64.01\n bInterfaceNumber 0\n bAlternateSetting 0\n bInterfaceClass 3 HID\n bInterfaceSubClass 1\n bInterfaceProtocol 1\n bInterfaceNumber 1\n bInterfaceClass 3\n bInterfaceSubClass 1\n bInterfaceProtocol 2\n",
  "/sys/devices/pci0000:00/0000:00:14.0/modalias:pci:v00008086d00001E31sv000017AAsd000021F3bc0Csc03i30\n/sys/devices/pci0000:00/0000:00:14.0/revision:0x04\n/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/modalias:usb:v046DpC31Cd6401dc00dsc00dp00ic03isc01ip01in00\nacpi:PNP0303:\nhdaudio:v10EC0269r00100100a01\nvmbus:d96361baa104294db60572e2ffb1dc7f\n/proc/meminfo:MemTotal: 8019552 kB\n/sys/firmware/efi/fw_platform_size:64\n",
  "Instance ID: PCI\\VEN_8086&DEV_1E31&SUBSYS_21F317AA&REV_04\\3&1&0&A0\nDevice Description: xHCI\nHardware IDs: PCI\\VEN_8086&DEV_1E31\n              PCI\\VEN_8086&DEV_1E31&CC_0C0330\nCompatible IDs: PCI\\CC_0C0330\n\nInstance ID: ACPI\\PNP0303\\4&1\nHardware IDs: ACPI\\PNP0303\n              *PNP0303\n",
  'DeviceID=USB\\VID_046D&PID_C31C\\5&1\nHardwareID={"USB\\VID_046D&PID_C31C&REV_6401","USB\\VID_046D&PID_C31C"}\nCompatibleID={"USB\\Class_03&SubClass_01"}\n',
] as const;

export async function listingSeeds(): Promise<Uint8Array[]> {
  const utf16 = new Uint8Array(Buffer.from(`\ufeff${forms[4]}`, "utf16le"));
  const published = publishedMachines.map(({ file }) => publishedListing(file));
  return [
    ...forms.map((text) => new TextEncoder().encode(text)),
    utf16,
    ...published.map((each) => Uint8Array.from(each)),
  ];
}
