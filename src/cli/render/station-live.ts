/** A station on the screen, drawn anew while it stands, or as lines where nothing can be redrawn. */
import type { JournalLine } from "../../station/journal-line.js";
import type { StationNotice } from "../../station/run-station.js";
import type { StationRules } from "../../station/selection.js";
import type { Station } from "../../station/station.js";
import type { Stick } from "../../station/stick.js";
import { printable } from "../escape.js";
import { wrap } from "../format.js";
import { styleFor } from "../style.js";
import type { Terminal } from "../terminal.js";
import { stationScreen } from "./station-screen.js";
import { warningLine } from "./warning-line.js";
import { phaseOf, phaseWord, stickName } from "./station-words.js";

export type StationDisplay = {
  begin(station: Station): void;
  notice(notice: StationNotice): void;
  /** Something that people should know, on a line of its own. */
  say(text: string): void;
  stop(): void;
};

export type DisplayOptions = {
  readonly rules: StationRules;
  readonly imageName: string;
  readonly bell: boolean;
};

/** BEL (ECMA-48 8.3.3). */
const bellCharacter = "\u0007";
/** CUP, EL, ED (ECMA-48 8.3.21, 8.3.41, 8.3.39): the first line, to the end of the line, to the end of the screen. */
const [home, restOfLine, restOfScreen] = ["\u001b[H", "\u001b[K", "\u001b[J"];
/** Milliseconds: as often as a person sees. */
const drawEvery = 250;

export function stationDisplay(terminal: Terminal, options: DisplayOptions): StationDisplay {
  const display = terminal.animated ? drawn(terminal, options) : plain(terminal);
  return {
    ...display,
    notice(notice) {
      display.notice(notice);
      if (notice.notice === "kept" && options.bell && isForEars(notice.line)) ring(terminal);
    },
  };
}

/** What somebody has to come for. */
function isForEars({ stick }: JournalLine): boolean {
  return stick === "done" || stick === "failed";
}

function ring(terminal: Terminal): void {
  if (terminal.animated) terminal.draw(bellCharacter);
}

/** What is told of a stick once; null for what only the screen shows. */
function lineOf(stick: Stick): string | null {
  if (stick.isGone && stick.phase !== "pulled") {
    // What was done and pulled was told.
    return ["appeared", "looking", "waiting"].includes(stick.phase) ? `${stickName(stick)}: pulled` : null;
  }
  if (["appeared", "looking", "recording"].includes(stick.phase)) return null;
  return `${stickName(stick)}: ${phaseOf(stick)}`;
}

function plain(terminal: Terminal): StationDisplay {
  const told = new Map<number, string>();
  const tell = (stick: Stick): void => {
    const line = lineOf(stick);
    if (line === null || told.get(stick.number) === line) return;
    told.set(stick.number, line);
    if (stick.isGone) told.delete(stick.number);
    terminal.err(`${wrap(line, terminal.columns, "  ")}\n`);
  };
  return {
    begin: () => undefined,
    notice(notice) {
      if (notice.notice !== "told") tell(notice.stick);
      else if (notice.event.event === "warning") {
        terminal.err(warningLine(notice.event.message, terminal));
      }
    },
    say: (text) => terminal.err(`${wrap(printable(text), terminal.columns, "  ")}\n`),
    stop: () => undefined,
  };
}

function drawn(terminal: Terminal, { rules, imageName }: DisplayOptions): StationDisplay {
  const style = styleFor(terminal);
  let station: Station | undefined;
  let last: string | null = null;
  let size = "";
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    if (station === undefined) return;
    const { columns, rows, unicode } = terminal;
    const lines = stationScreen(
      { station, rules, imageName, last, now: terminal.now() },
      { columns, rows, unicode },
      style,
    );
    // What another size has wrapped stands where nothing is drawn.
    const isSame = size === `${columns}x${rows}`;
    size = `${columns}x${rows}`;
    terminal.draw(
      `${home}${isSame ? "" : restOfScreen}${lines.map((line) => `${line}${restOfLine}\n`).join("")}${restOfScreen}`,
    );
  };
  const log = (text: string): void => terminal.log?.(`${text}\n`);
  return {
    begin(started) {
      station = started;
      draw();
      timer = setInterval(draw, drawEvery);
    },
    notice(notice) {
      if (notice.notice === "told") {
        if (notice.event.event !== "warning") return;
        last = notice.event.message;
        log(`warning: ${printable(last)}`);
        return;
      }
      const line = lineOf(notice.stick);
      if (line === null) return;
      // The line of a stick says what it is; of one that has gone nothing else does.
      if (notice.stick.isGone || notice.notice === "kept")
        last = `${stickName(notice.stick)}: ${phaseWord(notice.stick)}`;
      log(line);
    },
    say(text) {
      last = text;
      log(printable(text));
      draw();
    },
    stop() {
      clearInterval(timer);
      draw();
      station = undefined;
    },
  };
}
