/** What `read` takes. */
import { bell, told } from "./output.js";
import type { CommandSpec } from "./spec.js";
import { eventsJson } from "./writing.js";

export const read = {
  name: "read",
  summary: "make an ISO of a disc, a scratched one too",
  description:
    "Reads a disc into an ISO that is as long as its volume, takes its hashes on the way, and says what verify says of it. Places that cannot be read are left for later, then read in smaller pieces and a few times more. What is still missing is named by its files. A map beside the ISO (.map, as GNU ddrescue writes it) says what was read: the same command, or ddrescue, goes on from there.",
  operands: [
    { name: "drive", kind: "iso", summary: "the optical drive (/dev/sr0, E:), or what else holds a disc" },
    { name: "iso", kind: "target", summary: "the path of the ISO to make, or to go on with" },
  ],
  options: [
    {
      long: "fill",
      kind: "flag",
      group: "result",
      summary: "fill an ISO's gaps from a second copy of its disc",
      details: "The disc is compared with what the ISO has, and refused where it is another.",
    },
    {
      long: "retries",
      kind: "count",
      value: "number",
      group: "result",
      summary: "how often bad sectors are tried again (default: 2)",
      details: "Upwards and downwards in turn, at most 100 times. Each run begins to count anew.",
    },
    {
      long: "force",
      kind: "flag",
      group: "result",
      summary: "replace an existing ISO, and its map",
    },
    eventsJson,
    ...told,
    bell,
  ],
  examples: [
    ["win7usb read /dev/sr0 win7.iso", "make an ISO of the disc, or go on with it"],
    ["win7usb read --fill /dev/sr0 win7.iso", "fill its gaps from a second copy of the disc"],
  ],
} as const satisfies CommandSpec;
