/** What is chosen of an image file. */
import { containerFormats } from "../../containers/formats.js";
import type { ChoiceSpec, TextSpec } from "./spec.js";

const format = {
  long: "format",
  kind: "choice",
  value: "name",
  choices: ["auto", ...containerFormats],
  default: "auto",
  group: "result",
  summary: "kind of an image file: auto is by its ending",
  details:
    "raw is the disk itself. vhd (dynamic), vhd-fixed, vhdx, qcow2, vmdk and vdi are disks of virtual machines, which those start from as from a stick: for Hyper-V, QEMU, VMware and VirtualBox. gz and zst are the disk compressed, to be unpacked onto a stick; zst needs Node 22.15 or newer. The endings .vhd, .vhdx, .qcow2, .vmdk, .vdi, .gz and .zst mean the same.",
} as const satisfies ChoiceSpec;

const size = {
  long: "size",
  kind: "size",
  value: "n[K|M|G|T]",
  group: "result",
  summary: "size of the image file (default: as small as can be)",
  details: "8G and 8GiB are 2^33 bytes, 8GB is 8,000,000,000. A stream has it, too; a drive has its own size.",
} as const satisfies TextSpec;

export { format as cloneFormat };

export const imageFile = [format, size] as const;
