/**
 * A station at work: it looks at the drives again and again, and does what `Station` orders. Each stick has a write of its own, at its
 * own pace. What touches drives, the journal and the clock is handed in.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Drive } from "../drive/drive.js";
import { exitCodes, Win7UsbError } from "../errors.js";
import type { WriteEvent } from "../progress/events.js";
import type { JournalLine } from "./journal-line.js";
import type { ListedStick, StickContent } from "./selection.js";
import { Station, type StationEvent, type StationFacts, type StationOrder } from "./station.js";
import type { Stick, StickOutcome } from "./stick.js";

/** What a station does in the world. */
export type StationPorts = {
  /** All drives that are there now. A Win7UsbError is left out: the next look may not have it. */
  list(): Promise<readonly (ListedStick & { readonly key: string })[]>;
  look(drive: Drive): Promise<StickContent>;
  /** Writes and verifies; what becomes of it is the outcome, and no rejection. */
  write(drive: Drive, signal: AbortSignal, onEvent: (event: WriteEvent) => void): Promise<StickOutcome>;
  /** Resolves when the line is kept. */
  keep(line: JournalLine): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from one look to the next. */
  readonly lookEvery: number;
};

/** What is told of a station at work. */
export type StationNotice =
  /** Something of it is another: it came, went, or is in another phase. */
  | { readonly notice: "stick"; readonly stick: Stick }
  | { readonly notice: "told"; readonly stick: Stick; readonly event: WriteEvent }
  /** Its line is in the journal. */
  | { readonly notice: "kept"; readonly stick: Stick; readonly line: JournalLine };

/** How it is watched and ended. */
export type StationRun = {
  /** Aborting it lets what runs end, and begins nothing more. */
  readonly stop: AbortSignal;
  /** Aborting it ends what runs as well. */
  readonly abort: AbortSignal;
  readonly onStart: (station: Station) => void;
  readonly onNotice: (notice: StationNotice) => void;
};

/**
 * Resolves to the station when it has come to its end. Rejects with what is wrong with the image or the journal, after what ran has
 * ended, and with faults.
 */
export async function runStation(facts: StationFacts, ports: StationPorts, run: StationRun): Promise<Station> {
  const work = new StationWork(facts, ports, run);
  run.onStart(work.station);
  await work.run();
  return work.station;
}

class StationWork {
  readonly station: Station;
  readonly #ports: StationPorts;
  readonly #run: StationRun;
  readonly #writes = new Map<string, AbortController>();
  readonly #under = new Set<Promise<void>>();
  #failure: unknown;
  #isFailed = false;
  #wake: () => void = () => undefined;

  constructor(facts: StationFacts, ports: StationPorts, run: StationRun) {
    this.#ports = ports;
    this.#run = run;
    this.station = new Station(facts, ports.now());
  }

  async run(): Promise<void> {
    const onStop = (): void => this.#handle({ event: "stop", now: false });
    const onAbort = (): void => this.#handle({ event: "stop", now: true });
    const { stop, abort } = this.#run;
    stop.addEventListener("abort", onStop);
    abort.addEventListener("abort", onAbort);
    if (stop.aborted) onStop();
    if (abort.aborted) onAbort();
    try {
      while (!this.station.isOver) {
        await this.#list();
        await this.#pause();
      }
      // A look may still be under way, and the last line on its way to the medium.
      while (this.#under.size > 0) await Promise.all(this.#under);
    } finally {
      stop.removeEventListener("abort", onStop);
      abort.removeEventListener("abort", onAbort);
    }
    if (this.#isFailed) throw this.#failure;
    if (this.station.fatal !== null) throw this.station.fatal;
  }

  async #list(): Promise<void> {
    try {
      this.#handle({ event: "listed", sticks: await this.#ports.list() });
    } catch (error) {
      if (!(error instanceof Win7UsbError)) this.#fail(error);
    }
  }

  async #pause(): Promise<void> {
    if (this.station.isOver) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await delay(this.#ports.lookEvery, undefined, { signal: woken.signal }).catch(() => undefined);
  }

  #handle(event: StationEvent): void {
    for (const order of this.station.handle(event, this.#ports.now())) this.#obey(order);
    if (this.station.isOver) this.#wake();
  }

  #obey(order: StationOrder): void {
    if (order.order === "show") this.#run.onNotice({ notice: "stick", stick: order.stick });
    else if (order.order === "abort") this.#writes.get(order.key)?.abort();
    else if (order.order === "look") this.#begin(() => this.#look(order.key, order.drive));
    else if (order.order === "write") this.#begin(() => this.#write(order.key, order.drive));
    else this.#begin(() => this.#keep(order.stick, order.line));
  }

  /** Whatever it fails with is a fault, or the journal's: it ends the station. */
  #begin(work: () => Promise<void>): void {
    const doing: Promise<void> = work()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#under.delete(doing));
    this.#under.add(doing);
  }

  #fail(error: unknown): void {
    if (!this.#isFailed) this.#failure = error;
    this.#isFailed = true;
    this.#handle({ event: "stop", now: true });
  }

  async #look(key: string, drive: Drive): Promise<void> {
    this.#handle({ event: "looked", key, content: await this.#ports.look(drive) });
  }

  async #write(key: string, drive: Drive): Promise<void> {
    const ending = new AbortController();
    this.#writes.set(key, ending);
    const onEvent = (event: WriteEvent): void => {
      const stick = this.station.stick(key);
      this.#handle({ event: "wrote", key, told: event });
      if (stick !== undefined) this.#run.onNotice({ notice: "told", stick, event });
    };
    try {
      const outcome = await this.#ports.write(drive, ending.signal, onEvent);
      if ("error" in outcome && isOfStick(outcome.error.exitCode) && !ending.signal.aborted) await this.#settled();
      this.#handle({ event: "ended", key, outcome });
    } finally {
      this.#writes.delete(key);
    }
  }

  /** A stick that was pulled fails before the system has taken it off its list: one that is there a second later is bad. */
  async #settled(): Promise<void> {
    await delay(this.#ports.lookEvery);
    await this.#list();
  }

  async #keep(stick: Stick, line: JournalLine): Promise<void> {
    await this.#ports.keep(line);
    stick.recorded();
    this.#run.onNotice({ notice: "kept", stick, line });
    this.#run.onNotice({ notice: "stick", stick });
  }
}

function isOfStick(exitCode: number): boolean {
  return [exitCodes["write-failed"], exitCodes["verify-failed"], exitCodes["target-missing"]].some(
    (each) => each === exitCode,
  );
}
