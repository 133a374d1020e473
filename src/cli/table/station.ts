/** What `station` and `report` take. */
import { imageCheck, requiredOfWritten } from "./demands.js";
import { diskStart } from "./disk-start.js";
import { editOptions, editRefusals } from "./edits.js";
import { iso, layout } from "./layout.js";
import { json, told } from "./output.js";
import { allow, imageRefusals, nameRefusals, soundnessRefusals, wholenessRefusals } from "./refusals.js";
import type { CommandSpec } from "./spec.js";
import { eventsJson, noVerify, onlyChanged, yes } from "./writing.js";

export const station = {
  name: "station",
  summary: "make sticks all day: plug in, pull out, the next one",
  description:
    "Makes a Windows 7 stick of each stick that is plugged in, verifies it, and says when to pull it. The image is checked once. Each stick goes at its own pace, and one that fails leaves the others alone. Empty sticks and those that win7usb made are taken, and none with data on it; built-in disks never are. Each stick is a line in a journal, which report reads. Ctrl-C finishes what is being written, a second one stops it.",
  operands: [iso],
  options: [
    ...layout,
    ...diskStart,
    ...editOptions,
    onlyChanged,
    noVerify,
    imageCheck,
    requiredOfWritten,
    {
      long: "only",
      kind: "list",
      value: "pattern,...",
      group: "limits",
      summary: "sticks whose model, serial or port fits",
      details:
        "* is any text and ? any character: --only 'SanDisk*', --only 4C530001*, --only '2-1.?'. A port is what win7usb drives --json shows: 2-1.3 is port 3 of the hub at port 1 of bus 2. On Windows and macOS sticks have no port here.",
    },
    {
      long: "max-size",
      kind: "size",
      value: "n[K|M|G|T]",
      group: "limits",
      summary: "no stick larger than that",
      details: "64GB is what is printed on a stick of 64,000,000,000 bytes, 64G is 64 x 2^30.",
    },
    {
      long: "take",
      kind: "list",
      value: "what,...",
      choices: ["empty", "ours", "any"],
      group: "limits",
      summary: "what may be on a stick (default: empty,ours)",
      details:
        "empty: zeros, or FAT and exFAT volumes without a file, as sticks are sold. ours: made by win7usb, with nothing added. any: whatever is on it is lost, which has to be confirmed once. What cannot be told counts as data.",
    },
    {
      long: "stop-after",
      kind: "count",
      value: "number",
      group: "limits",
      summary: "end when so many sticks are done",
    },
    {
      ...allow,
      choices: [...imageRefusals, ...wholenessRefusals, ...soundnessRefusals, ...nameRefusals, ...editRefusals],
      details: "Of the image and its files, as for write. Of drives nothing is lifted here.",
    },
    { ...yes, summary: "do not ask before it begins", details: "Needed without a terminal. It lifts no refusal." },
    {
      long: "journal",
      kind: "file",
      value: "file",
      group: "output",
      summary: "the journal (default: win7usb-station.jsonl)",
      details: "A line of JSON for each stick, on the medium before the stick is called done. An earlier one goes on.",
    },
    eventsJson,
    ...told,
    { long: "no-bell", kind: "flag", group: "output", summary: "no bell when a stick is done or has failed" },
  ],
  examples: [
    ["win7usb station win7.iso", "a stick of each that is plugged in"],
    ["win7usb station win7.iso --only 'SanDisk*' --max-size 64GB --stop-after 20", "twenty, of those alone"],
  ],
} as const satisfies CommandSpec;

export const report = {
  name: "report",
  summary: "say what a station has made, by its journal",
  description:
    "Reads the journal of a station: how many sticks were done and how many failed, each by its serial number, how fast each model is, and which sticks are slower than their twins. With --page it is a page to print.",
  operands: [{ name: "journal", kind: "file", summary: "the file that a station has written" }],
  options: [
    {
      long: "page",
      kind: "file",
      value: "file",
      group: "output",
      summary: "a page to print, with plots: .html",
      details: "An earlier page of that name is replaced, any other file is not.",
    },
    json,
    ...told,
  ],
  examples: [
    ["win7usb report win7usb-station.jsonl", "what was made, what failed, what is slow"],
    ["win7usb report win7usb-station.jsonl --page sticks.html", "as a page"],
  ],
} as const satisfies CommandSpec;
