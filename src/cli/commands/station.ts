/** `win7usb station`: what it takes, the check of the image, then one stick after the other until somebody ends it. */
import { basename } from "node:path";
import { count, formatSize } from "../../bytes/amounts.js";
import { Win7UsbError } from "../../errors.js";
import type { WriteEvent } from "../../progress/events.js";
import { openJournal, type JournalFile } from "../../station/journal-file.js";
import {
  checkImageOnce,
  ratesIn,
  rehearse,
  stationPorts,
  type CheckedImage,
  type StationChoices,
} from "../../station/open-station.js";
import { countsBeside } from "../../station/report-words.js";
import { runStation } from "../../station/run-station.js";
import type { StationRules, TakenContent } from "../../station/selection.js";
import type { Station } from "../../station/station.js";
import { sticksAtOnce } from "../../station/sticks-at-once.js";
import { judgeDrives } from "../../steps/judged-drives.js";
import { openImage, type OpenedImage } from "../../steps/open-image.js";
import type { PreparedWrite } from "../../steps/prepare-write.js";
import { packageVersion } from "../../version.js";
import { requireRights } from "../choose-drives.js";
import { editChoices } from "../edit-options.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import { interruptible } from "../interrupt.js";
import { quoted } from "../next-command.js";
import type { StationCommandOptions } from "../options.js";
import { stationJson, type StationJson } from "../render/station-json.js";
import { stationDisplay, type StationDisplay } from "../render/station-live.js";
import { takenWords } from "../render/station-words.js";
import { barEvents } from "../render/write-bars.js";
import { plainEvents } from "../render/write-plain.js";
import { parseRequirements } from "../requirements.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";

const usualJournal = "win7usb-station.jsonl";

export async function stationCommand(
  path: string,
  options: StationCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const json = options.json === true ? stationJson(terminal) : null;
  json?.start(path);
  const rules = rulesOf(options);
  const choices = await choicesOf(options);
  requireAnswer(rules, options, terminal);
  const image = await openImage(path);
  try {
    const rehearsed = await rehearse(image, choices);
    requireRights(await judgeDrives());
    const journal = await openJournal(options.journal ?? usualJournal);
    try {
      terminal.tell(beginningText(image, rules, journal, terminal));
      await confirmAny(rules, options, terminal);
      const checked = await checkImage(rehearsed, terminal, json);
      json?.ready(image, checked, rules, journal);
      const work = { image, choices, rules, journal, sha256: checked.sha256 };
      const station = await runUntilEnded(work, options, terminal, json);
      json?.done(station, terminal.now());
      terminal.tell(endText(station, journal, terminal));
      return station.counts.interrupted > 0 ? 130 : 0;
    } finally {
      await journal.close();
    }
  } finally {
    await image.close();
  }
}

function rulesOf({ only, maxSize, take }: StationCommandOptions): StationRules {
  return { only, maxSize, take: take.length === 0 ? ["empty", "ours"] : (take as readonly TakenContent[]) };
}

async function choicesOf(options: StationCommandOptions): Promise<StationChoices> {
  return {
    fileSystem: options.filesystem,
    label: options.label,
    signature: options.signature,
    bootPrompt: options.bootPrompt,
    onlyChanged: options.onlyChanged,
    verify: options.verify,
    imageCheck: options.imageCheck,
    requirements: await parseRequirements(options.require),
    allow: options.allow,
    ...editChoices(options),
  };
}

/** Before anything is read. */
function requireAnswer({ take }: StationRules, { yes, stopAfter }: StationCommandOptions, terminal: Terminal): void {
  if (stopAfter === 0) {
    throw new Win7UsbError("usage", "a station that ends after 0 sticks makes none", {
      hint: "Give --stop-after at least 1, or leave it out.",
    });
  }
  if (terminal.interactive || yes === true) return;
  const what = take.includes("any")
    ? "erasing whatever sticks are plugged in"
    : "erasing the sticks that are plugged in";
  throw new Win7UsbError("usage", `${what} needs an answer, and there is no terminal to ask on`, {
    hint: "Add --yes where a script has decided.",
  });
}

/** Data is named by typing the word; nothing else can be lost without being asked for. */
async function confirmAny({ take }: StationRules, { yes }: StationCommandOptions, terminal: Terminal): Promise<void> {
  if (!take.includes("any") || yes === true) return;
  const answer = await terminal.ask("Type any to erase every stick that is plugged in from now on: ");
  if ((answer ?? "").trim() === "any") return;
  throw new Win7UsbError("declined", "nothing was written: the word any was not typed", {
    hint: "To take empty sticks and those that win7usb made alone, leave --take any out.",
  });
}

function beginningText(image: OpenedImage, rules: StationRules, journal: JournalFile, terminal: Terminal): string {
  const { lines, tornBytes } = journal.before;
  const torn = tornBytes === 0 ? "" : `; its last line was torn, ${formatSize(tornBytes)} of it were cut off`;
  const kept = `${printable(journal.path)}${lines.length === 0 ? "" : `, which has ${count(lines.length, "stick")}`}${torn}`;
  return [
    `image    ${printable(image.path)}`,
    `takes    ${takenWords(rules)}`,
    "never    built-in disks, the system's drive, the drives of the image and the journal",
    `journal  ${kept}`,
  ]
    .map((line) => `${wrap(line, terminal.columns, " ".repeat(9))}\n`)
    .join("");
}

async function checkImage(
  rehearsed: PreparedWrite,
  terminal: Terminal,
  json: StationJson | null,
): Promise<CheckedImage> {
  const progress = terminal.animated
    ? barEvents(terminal, [rehearsed.image.path], styleFor(terminal))
    : { onEvent: plainEvents(terminal), stop: () => undefined };
  return interruptible<CheckedImage, WriteEvent>(terminal, progress, (signal, show) =>
    checkImageOnce(rehearsed, {
      signal,
      now: () => performance.now(),
      onEvent(event) {
        json?.check(event);
        show(event);
      },
    }),
  );
}

type Work = {
  readonly image: OpenedImage;
  readonly choices: StationChoices;
  readonly rules: StationRules;
  readonly journal: JournalFile;
  readonly sha256: string | null;
};

async function runUntilEnded(
  work: Work,
  options: StationCommandOptions,
  terminal: Terminal,
  json: StationJson | null,
): Promise<Station> {
  const { image, rules, journal, sha256 } = work;
  const now = (): number => terminal.now();
  const display = stationDisplay(terminal, { rules, imageName: basename(image.path), bell: options.bell });
  const { stop, abort, end } = listen(terminal, display);
  const endShowing = terminal.waiting?.showIn({
    onEvent: ({ message }) => display.say(message),
    stop: () => undefined,
  });
  try {
    return await runStation(
      {
        image: { path: image.path, size: image.size, sha256 },
        program: packageVersion,
        rules,
        atOnce: sticksAtOnce,
        stopAfter: options.stopAfter,
        known: ratesIn(journal.before.lines),
      },
      stationPorts({ ...work, now }),
      {
        stop,
        abort,
        onStart: (station) => display.begin(station),
        onNotice(notice) {
          json?.notice(notice);
          display.notice(notice);
        },
      },
    );
  } finally {
    endShowing?.();
    end();
    display.stop();
  }
}

/** The first Ctrl-C finishes what runs, the second ends it; a third is the system's, because a drive may not answer. */
function listen(terminal: Terminal, display: StationDisplay) {
  const [stop, abort] = [new AbortController(), new AbortController()];
  const stopListening = terminal.onInterrupt(() => {
    if (!stop.signal.aborted) {
      stop.abort();
      display.say("finishing what is being written, and taking no more (Ctrl-C again stops it)");
      return;
    }
    stopListening();
    abort.abort();
    display.say("stopping ... (Ctrl-C again ends it at once)");
  });
  return { stop: stop.signal, abort: abort.signal, end: stopListening };
}

function endText(station: Station, { path }: JournalFile, terminal: Terminal): string {
  const words = [`${count(station.counts.done, "stick")} done`, ...countsBeside(station.counts, ["done"])].join(", ");
  return `${wrap(`${words}. Next: win7usb report ${quoted(path)}`, terminal.columns)}\n`;
}
