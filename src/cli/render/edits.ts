/** What is changed in the image's files, for the plan sheet and for scripts. */
import type { PreparedEdit } from "../../steps/edit-tree.js";
import type { EditNote } from "../../windows/customise/index.js";
import { keyAdvice } from "../../windows/editions.js";
import { printable } from "../escape.js";
import { count, firstFew } from "../../bytes/amounts.js";
import { findingSentence } from "./driver-findings.js";
import type { Fact } from "./fact-sheet.js";

/** Paths of an edit that a line names; the others are counted. */
const namedPaths = 3;
/** Their order is worth a longer line. */
const namedUpdates = 20;

/** A line for each edit, which says what became of which file, and one for each thing to know of it. */
export function editFacts(edits: readonly PreparedEdit[]): Fact[] {
  return edits.flatMap((edit): Fact[] => {
    const what = [askedWords(edit), changeWords(edit)].filter((words) => words !== "").join(": ");
    // Each by itself, because what is shown of a text has a limit.
    const [first, ...others] = [what, ...edit.notes.map(noteWords)].map((words) => printable(sentence(words)));
    return [[edit.kind, first!], ...others.map((words): Fact => ["", words])];
  });
}

/** For `plan.edits[]`. */
export function editsJson(edits: readonly PreparedEdit[]): Record<string, unknown>[] {
  return edits.map(({ notes, ...rest }) => ({
    ...rest,
    notes: notes.map((note) => ({
      code: note.code,
      message: noteWords(note),
      ...("infs" in note ? { infs: note.infs } : {}),
      ...("files" in note ? { files: note.files } : {}),
    })),
  }));
}

function askedWords({ value, input }: PreparedEdit): string {
  if (input === null) return value;
  return value === "" ? input : `${input} in ${value}`;
}

function changeWords({ changes }: PreparedEdit): string {
  const actions = ["added", "replaced", "removed"] as const;
  const parts = actions.flatMap((action) => {
    const paths = changes.flatMap((change) => (change.action === action ? [change.path] : []));
    if (paths.length === 0) return [];
    const words = action === "added" && paths.length > namedPaths ? count(paths.length, "file") : named(paths);
    return [`${words} ${action}`];
  });
  return parts.join(", ");
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

const sentences: { readonly [Code in EditNote["code"]]: (note: Extract<EditNote, { code: Code }>) => string } = {
  "edition-key": ({ channel, edition }) =>
    keyAdvice(channelOf(channel), edition) ?? `Setup takes a key of the channel ${channel}.`,
  "edition-menu": ({ editions }) => `Setup lists ${editions.join(", ")}, and takes a key of the one that is chosen.`,
  "edition-as-it-was": () => "The image is so already: nothing is changed, and nothing of it recorded.",
  "product-key-file": ({ path }) => `Setup takes the key in ${path}.`,
  "drivers-in-setup": ({ infs }) => `Setup loads ${named(infs)}, and Windows takes ${them(infs)} over.`,
  "drivers-after-setup": ({ infs }) => `Windows takes ${named(infs)} over when it is installed.`,
  "driver-left-out": (note) =>
    `Left out: ${named(note.infs)}, because ${findingSentence(note.finding, note.architecture)}.`,
  "driver-not-in-setup": (note) =>
    `Not in Setup: ${named(note.infs)}, because ${findingSentence(note.finding, note.architecture)}.`,
  "driver-doubtful": (note) => `Of ${named(note.infs)}: ${findingSentence(note.finding, note.architecture)}.`,
  "scratch-space": ({ before, after }) => `Setup's memory for changed files grows from ${before} to ${after} MB.`,
  "updates-installed": ({ files }) =>
    `The machine installs ${firstFew(files, namedUpdates)} when Setup is done, in this order.`,
  "update-needs": ({ kbs, files }) =>
    `${named(files)} needs ${kbs.length === 1 ? `KB${kbs[0]}` : `KB${kbs[0]} or a later one of its kind`}, which is not there: without it Windows may refuse ${them(files)}.`,
  "update-twice": ({ files, of }) => `Left out: ${named(files)}, because ${of} is the same update.`,
  "updates-passed-over": ({ files }) =>
    `No updates by ${files.length === 1 ? "its name" : "their names"}: ${named(files)}.`,
  "uefi-boot-source": ({ source }) => `It is ${source}, so that UEFI starts the stick, too.`,
  "setup-complete-kept": ({ path }) => `What ${path} did before it does after the updates.`,
  "setup-complete-keys": () =>
    "With an OEM's key Setup is documented not to run it; its log is win7usb-updates.log in Windows' folder Temp.",
  "oem-folder": ({ path }) => `That Setup copies ${path} without an answer file is reported, and not documented.`,
  "answer-file-wipes": ({ changes }) => `It changes disks without asking: ${changes.join("; ")}.`,
  "answer-file-no-key": () => "It has no product key: Setup may ask for one, which is reported.",
  "answer-file-secrets": () => "Anybody can read the keys and passwords in it from the stick.",
  "answer-file-outranks": () => "Its product key outranks the edition that was asked for.",
  "answer-file-passed-over": ({ components }) =>
    `${count(components, "component")} for other architectures ${components === 1 ? "is" : "are"} passed over.`,
};

function named(paths: readonly string[]): string {
  return firstFew(paths, namedPaths);
}

const them = ({ length }: readonly string[]): string => (length === 1 ? "it" : "them");

function noteWords(note: EditNote): string {
  // Each code has the sentence of its own note.
  return (sentences[note.code] as (note: EditNote) => string)(note);
}

/** ei.cfg's word without regard to case. */
function channelOf(written: string): string {
  const channels = ["Retail", "OEM", "Volume"];
  return channels.find((channel) => channel.toLowerCase() === written.toLowerCase()) ?? written;
}
