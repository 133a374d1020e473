/** `win7usb write` in a guest, its events as they come, and sticks as image files on this machine. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { ProgressEvent, TargetDone, WriteEvent } from "../../src/progress/events.js";
import type { CommandOutcome, Line } from "./guest-agent.js";
import type { GuestMachine } from "./guest-machine.js";
import { parseEvent } from "./json-output.js";

export type TimedEvent = {
  readonly event: WriteEvent;
  /** When it arrived here, in milliseconds. */
  readonly at: number;
};

export type GuestWrite = CommandOutcome & { readonly events: readonly TimedEvent[] };

/**
 * Runs `win7usb write ... --yes --json` with `targets`, options among them; `onEvent` is told of each event as it comes.
 */
export async function writeInGuest(
  guest: GuestMachine,
  image: string,
  targets: readonly string[],
  onEvent?: (event: WriteEvent) => void,
): Promise<GuestWrite> {
  const events: TimedEvent[] = [];
  const onLine = ({ channel, text, at }: Line): void => {
    if (channel !== "out") return;
    const event = parseEvent<WriteEvent>(text);
    events.push({ event, at });
    onEvent?.(event);
  };
  const outcome = await guest.run(`win7usb write ${image} ${targets.join(" ")} --yes --json`, onLine);
  return { ...outcome, events };
}

/** The targets of the last event; throws where it is another one. */
export function doneTargets({ events, err }: GuestWrite): readonly TargetDone[] {
  const last = events.at(-1)?.event;
  if (last?.event !== "done") throw new Error(`the last event is ${JSON.stringify(last)}: ${err}`);
  return last.targets.map((target) => {
    if ("error" in target) throw new Error(`${target.path} failed: ${target.error.message}`);
    return target;
  });
}

/** The progress events of one phase, in order, with the time of each. */
export function progressOf({ events }: GuestWrite, phase: "write" | "verify"): (ProgressEvent & { at: number })[] {
  return events.flatMap(({ event, at }) =>
    event.event === "progress" && event.phase === phase ? [{ ...event, at }] : [],
  );
}

/** When a phase began, in milliseconds. */
export function startOf({ events }: GuestWrite, phase: string): number {
  const found = events.find(({ event }) => event.event === "phase" && event.phase === phase);
  if (found === undefined) throw new Error(`there was no phase ${phase}`);
  return found.at;
}

/** Hexadecimal SHA-256 of the first `length` bytes of a file. */
export async function fileDigest(path: string, length: number): Promise<string> {
  const hash = createHash("sha256");
  await finished(createReadStream(path, { end: length - 1 }).on("data", (chunk) => hash.update(chunk)));
  return hash.digest("hex");
}
