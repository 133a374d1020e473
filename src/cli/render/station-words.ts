/** What is said of a stick in a station, for the screen and for lines alike. */
import { formatDriveSize } from "../../bytes/amounts.js";
import type { Station } from "../../station/station.js";
import type { StationRules } from "../../station/selection.js";
import type { Stick, StickPhase } from "../../station/stick.js";
import { isSlow, rateOfTwins } from "../../station/rates.js";
import type { SlowPass } from "../../station/journal-line.js";
import { printable } from "../escape.js";
import { formatRate } from "../format.js";

/** Where a stick is: its port, or where there is none its device. */
export function placeOf({ drive: { port, path } }: Stick): string {
  return port ?? path.split(/[\\/]/).at(-1) ?? path;
}

/** `2-1.3 (SanDisk Ultra, 4C53)`. */
export function stickName(stick: Stick): string {
  const { model, serial, size } = stick.drive;
  const facts = [model ?? "unknown model", formatDriveSize(size), ...(serial ? [`serial ${serial}`] : [])];
  return `${printable(placeOf(stick))} (${facts.map(printable).join(", ")})`;
}

const phaseWords: Readonly<Record<StickPhase, string>> = {
  appeared: "plugged in",
  looking: "looking at it",
  waiting: "waiting for others",
  writing: "writing",
  verifying: "verifying",
  recording: "writing the journal",
  pulled: "pulled early: it does not boot",
  done: "DONE: pull it now",
  failed: "BAD STICK: throw it away",
  interrupted: "stopped: it does not boot",
  refused: "not taken",
};

/** `done: pull it now`; with the reason where there is one. */
export function phaseOf({ phase, reason, slow }: Stick): string {
  // Who pulled or stopped it knows why.
  const why = reason === null ? "" : phase === "refused" ? `: it ${reason}` : phase === "failed" ? `: ${reason}` : "";
  const pace = phase === "done" ? slow.map((each) => `, ${slowWords(each)}`).join("") : "";
  return `${phaseWords[phase]}${printable(why)}${pace}`;
}

/** The phase alone. */
export function phaseWord({ phase }: Stick): string {
  return phaseWords[phase];
}

/** `writes 2.1 MiB/s, its twins 18`. */
export function slowWords({ pass, bytesPerSecond, twins }: SlowPass): string {
  return `${pass === "write" ? "writes" : "reads"} ${formatRate(bytesPerSecond)}, its twins ${formatRate(twins).replace(/ .*$/, "")}`;
}

/** While it is written: how slow it is beside its twins; null where it is not, or none are known. */
export function slowNow({ drive, phase, progress }: Stick, station: Pick<Station, "known">): string | null {
  if (progress === null || (phase !== "writing" && phase !== "verifying")) return null;
  const pass = phase === "writing" ? "write" : "readBack";
  const twins = rateOfTwins(station.known, drive, pass);
  const { bytesPerSecond } = progress;
  return twins !== null && isSlow(bytesPerSecond, twins) ? slowWords({ pass, bytesPerSecond, twins }) : null;
}

/** What a person does next, the most urgent first: a sentence. */
export function nextStep(station: Station, rules: StationRules): string {
  const at = (phase: StickPhase): string => {
    const places = station.sticks.filter((stick) => stick.phase === phase).map(placeOf);
    return places.join(", ");
  };
  const [bad, done, refused] = [at("failed"), at("done"), at("refused")];
  const steps = [
    ...(bad === "" ? [] : [`throw away ${bad}`]),
    ...(done === "" ? [] : [`pull ${done}`]),
    ...(bad === "" && done === "" && refused !== "" ? [`pull ${refused}: not taken`] : []),
  ];
  if (station.isStopping)
    return steps.length === 0 ? "ending: wait for what is being written" : `${steps.join("; ")}; no more is taken`;
  return steps.length === 0 ? `plug in sticks: ${takenWords(rules)}` : steps.join("; ");
}

const takeWords = { empty: "empty ones", ours: "those that win7usb made", any: "any, whatever is on them" } as const;

/** `empty ones, those that win7usb made; up to 64.0 GB; SanDisk*`. */
export function takenWords({ take, maxSize, only }: StationRules): string {
  const contents = take.includes("any") ? [takeWords.any] : take.map((each) => takeWords[each]);
  return [
    contents.join(", "),
    ...(maxSize === undefined ? [] : [`up to ${formatDriveSize(maxSize)}`]),
    ...(only.length === 0 ? [] : [only.map(printable).join(", ")]),
  ].join("; ");
}
