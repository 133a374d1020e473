/** The commands of win7usb: operands, options and examples. */
import { imageCheck, required, requiredOfWritten } from "./demands.js";
import { dryRun, eventsJson, force, noVerify, onlyChanged, yes } from "./writing.js";
import { diskStart, writtenDiskStart } from "./disk-start.js";
import { editedOptions, editOptions, writeRefusals } from "./edits.js";
import { machine, machineDrivers } from "./machine.js";
import { cloneFormat, imageFile } from "./image-file.js";
import { iso, layout } from "./layout.js";
import { bell, json, recordFiles, stickMap, told } from "./output.js";
import { allow, imageRefusals, targetRefusals, wholenessRefusals } from "./refusals.js";
import { completion, help, licences } from "./program-itself.js";
import { read } from "./read.js";
import { report, station } from "./station.js";
import { updateSpec as update } from "./update.js";
import type { CommandSpec } from "./spec.js";

export const shells = ["bash", "zsh", "fish", "powershell"] as const;

const targetSummary = "whole drives (/dev/sdX), paths of image files to create, or - for standard output";

const write = {
  name: "write",
  summary: "make a bootable stick or image file",
  description:
    "Makes a bootable USB stick, or an image file of one, from a Windows 7 x86 ISO. Everything is checked and planned before a drive is erased, and what was written is read back. Several targets are written in one pass. Without a target, a terminal shows the drives to choose from. With - as the only target the disk goes to standard output, from its first byte to its last, and all that is told goes to standard error, with --json the events alone. A stream cannot be taken back: the image is checked before the first byte, and so read twice.",
  operands: [iso, { name: "target", kind: "target", optional: true, repeated: true, summary: targetSummary }],
  options: [
    ...layout,
    ...diskStart,
    ...imageFile,
    ...editOptions,
    onlyChanged,
    force,
    noVerify,
    imageCheck,
    requiredOfWritten,
    {
      ...allow,
      choices: writeRefusals,
      details:
        "damaged: the check of the image found damage. altered: it has the label and size of a published image and another hash. What has a name that Windows cannot open (name-unsupported), or that is another's but for case (name-collision), is left out then; folders of one name are joined in any case. The system disk, the drive that holds the ISO, a read-only drive and one that is too small are always refused, and so is a boot.wim that the boot manager cannot read.",
    },
    yes,
    dryRun,
    eventsJson,
    ...told,
    stickMap,
    recordFiles,
    bell,
  ],
  examples: [
    ["win7usb write win7.iso /dev/sdX", "make a stick"],
    ["win7usb write win7.iso usb.img", "make an image file (no root needed)"],
    ["win7usb write win7.iso - | ssh host sudo dd of=/dev/sdX bs=4M", "a stick in another machine"],
    ["win7usb write win7.iso /dev/sdX /dev/sdY --yes --json", "two sticks, by a script"],
  ],
} as const satisfies CommandSpec;

const clone = {
  name: "clone",
  summary: "make others of a stick that win7usb made, without the ISO",
  description:
    "Makes other sticks or image files of one that win7usb made. Its manifest says what to read, and each part is proved by its SHA-256 on the way: a stick that is damaged, was used or is another program's makes none that boots. The bytes are the same, and so is the disk signature: of two in one machine Windows takes the second offline.",
  operands: [
    { name: "stick", kind: "target", summary: "the stick (/dev/sdX), or an image file of one" },
    { name: "target", kind: "target", repeated: true, summary: "whole drives, or paths of image files to create" },
  ],
  options: [
    cloneFormat,
    onlyChanged,
    force,
    { ...noVerify, details: "The manifest is copied as it is." },
    { ...allow, choices: targetRefusals },
    yes,
    dryRun,
    eventsJson,
    ...told,
    bell,
  ],
  examples: [
    ["win7usb clone /dev/sdX /dev/sdY /dev/sdZ", "two more of a stick"],
    ["win7usb clone /dev/sdX usb.img", "an image file of it"],
  ],
} as const satisfies CommandSpec;

const verify = {
  name: "verify",
  summary: "say whether an ISO is sound, genuine, and what you need",
  description:
    "Checks an ISO before it is written: is it whole, known by its hash, sound inside? The first word of the answer is the verdict: genuine, intact, damaged or unsuitable. Several are told in a table, and the exit code is the worst of theirs.",
  operands: [{ ...iso, repeated: true, summary: "ISO files, or optical drives" }],
  options: [
    {
      long: "deep",
      kind: "flag",
      group: "checks",
      summary: "decompress every file of every WIM, compare its SHA-1",
    },
    { long: "md5", kind: "flag", group: "checks", summary: "tell the MD5 too, beside SHA-1 and SHA-256" },
    required,
    {
      ...allow,
      choices: [...imageRefusals, ...wholenessRefusals, "altered"],
      details:
        "padding-missing: it is cut short, but no file is. altered: it has the label and size of a published image and another hash.",
    },
    { long: "verbose", kind: "flag", group: "output", summary: "every check, hash, edition and caveat" },
    json,
    ...told,
    recordFiles,
    bell,
  ],
  examples: [
    ["win7usb verify win7.iso --deep", "is it sound, genuine, what I need?"],
    ["win7usb verify --require edition=Professional,sp=1 --require arch=x86 win7.iso", "for a script"],
  ],
} as const satisfies CommandSpec;

const check = {
  name: "check",
  summary: "say whether a stick or image file is still what was written",
  description:
    "Reads a stick or image file whole and says which files are no longer what was written, and where: with --iso to the byte, otherwise by the manifest that write left behind the partition, to within 1 MiB of a file. Files that were added, changed or removed are told apart from damage; added ones are no mismatch. Several targets are told in a table, and the exit code is the worst of theirs.",
  operands: [{ name: "target", kind: "target", repeated: true, summary: "whole drives (/dev/sdX), or image files" }],
  options: [
    {
      long: "iso",
      kind: "file",
      value: "iso",
      group: "checks",
      summary: "compare with this ISO, to the byte",
      details: "By default the target is compared with the manifest that write left on it.",
    },
    {
      long: "label",
      short: "l",
      kind: "text",
      value: "text",
      group: "checks",
      summary: "with --iso: the label that it was written with",
      details: "It is needed only where manifest and volume do not tell it any more; without --iso it is refused.",
    },
    ...writtenDiskStart,
    ...editedOptions,
    json,
    ...told,
    stickMap,
    recordFiles,
    bell,
  ],
  examples: [
    ["win7usb check /dev/sdX", "is the stick still what was written?"],
    ["win7usb check /dev/sdX --iso win7.iso", "against the ISO, to the byte"],
  ],
} as const satisfies CommandSpec;

const inspect = {
  name: "inspect",
  summary: "say what is in an ISO, or in a folder of drivers",
  description:
    "Says which Windows an ISO holds: edition, service pack, language, and what looks wrong. Of a folder it says which packages of drivers are in it, and which of them will do for Windows 7 x86: in Setup, and once it is installed. With --machine it says whether the ISO's Windows will run on a machine, and which drivers are missing.",
  operands: [{ ...iso, name: "iso|folder", summary: "the ISO file, an optical drive, or a folder of drivers" }],
  options: [
    machine,
    machineDrivers,
    {
      long: "verbose",
      kind: "flag",
      group: "output",
      summary: "every edition and boot entry; every device and file",
    },
    json,
    ...told,
  ],
  examples: [
    ["win7usb inspect win7.iso", "what is in it"],
    ["win7usb inspect drivers", "which of these drivers will do for Windows 7?"],
    ["win7usb inspect win7.iso --machine machine.txt", "will it run there, and what is missing?"],
    ["win7usb inspect win7.iso --machine this --drivers drivers", "and with these drivers?"],
  ],
} as const satisfies CommandSpec;

const drives = {
  name: "drives",
  summary: "list the drives that can be written",
  description: "Lists the drives that can be written, and with --all the others with the reason.",
  operands: [],
  options: [
    { long: "all", kind: "flag", group: "output", summary: "also the drives that would be refused, and why" },
    json,
    ...told,
  ],
  examples: [["win7usb drives", "drives that can be written"]],
} as const satisfies CommandSpec;

export const commands = {
  write,
  clone,
  update,
  station,
  report,
  verify,
  check,
  inspect,
  read,
  drives,
  completion,
  licences,
  help,
};
