/** Options of `inspect` that hold a machine against an ISO. */
import type { OptionSpec } from "./spec.js";

export const machine = {
  long: "machine",
  kind: "file",
  value: "file",
  group: "checks",
  summary: "a list of a machine's devices: will it run there?",
  details:
    "The output of lspci -nnv (and of lsusb -v behind it), or of Windows' pnputil /enum-devices /connected /ids; this is the machine that win7usb runs on (Linux). Each device is told with the driver that it gets in Setup and in Windows, or none. Exit with 4 where Setup itself would be dead: without a driver for USB or for storage.",
} as const satisfies OptionSpec;

export const machineDrivers = {
  long: "drivers",
  kind: "folders",
  value: "folder",
  group: "checks",
  summary: "with --machine: drivers that would be added",
  details: "As they would be given to write.",
} as const satisfies OptionSpec;
