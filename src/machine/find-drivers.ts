/**
 * Which driver Windows takes for each device, out of all INFs that there are: "How Windows ranks drivers" of Microsoft's
 * documentation. A rank is a signature score, a feature score and an identifier score; the lowest wins, then the newer date,
 * then the newer version. A signature that counts comes before any match of ids, so that an unsigned driver with the very
 * device's id is not taken where a signed one fits its class. Not known here: feature scores, which INFs of this age hardly
 * have, and whether a person chooses a driver by hand, which takes any.
 */
import type { DriverPackage, DriverTarget } from "../drivers/index.js";
import { Inf } from "../drivers/inf/inf.js";
import { InfFault } from "../drivers/inf/inf-fault.js";
import { installationOf } from "../drivers/inf/install.js";
import type { DriverDevice } from "../drivers/inf/models.js";
import { modelsFor } from "../drivers/inf/models.js";
import type { Device } from "./device.js";

/** The driver that a device gets. */
export type FoundDriver = {
  /** Path of the INF in the image, or below the folder. */
  readonly inf: string;
  readonly origin: "inbox" | "package";
  /** Of the package; null for Windows' own. */
  readonly folder: string | null;
  readonly provider: string | null;
  /** The INF's name of the device. */
  readonly description: string;
  /** As the models section names it. */
  readonly installSection: string;
  /** The function driver's service; null where the device needs none. */
  readonly service: string | null;
  /** As the INF has them: `mm/dd/yyyy`. */
  readonly date: string | null;
  readonly version: string | null;
  /** The device's id that the INF has. */
  readonly matchedId: string;
  /** Signature score and identifier score; the lower one wins. */
  readonly rank: number;
};

type Source = Pick<FoundDriver, "inf" | "origin" | "folder" | "provider" | "date" | "version"> & {
  readonly isTrusted: boolean;
  serviceOf(model: DriverDevice): string | null;
  hasSection(model: DriverDevice): boolean;
};

/** "Signature score": what is signed in a way that Windows trusts comes first. The value is setupapi's for the rest. */
const untrusted = 0x8000_0000;
/** "Identifier score": four kinds of matches, each with the places of the ids below. */
const matchTypes = { hardwareByCompatible: 0x1000, compatibleByHardware: 0x2000, compatibleByCompatible: 0x3000 };
const placeOfModel = 0x100;

type Wanted = { readonly device: number; readonly place: number; readonly isHardware: boolean };

export class DriverFinder {
  readonly #devices: readonly Device[];
  readonly #target: DriverTarget;
  readonly #wanted = new Map<string, Wanted[]>();
  /** Beginnings of ids that need a subsystem, by the devices of which none is told. */
  readonly #vague = new Map<string, number[]>();
  readonly #found: (FoundDriver | undefined)[] = [];
  readonly #possible = new Set<number>();
  /** INFs that could not be read. */
  faults = 0;

  constructor(devices: readonly Device[], target: DriverTarget) {
    this.#devices = devices;
    this.#target = target;
    for (const [device, { hardwareIds, compatibleIds, missing }] of devices.entries()) {
      for (const [place, id] of hardwareIds.entries()) this.#want(id, { device, place, isHardware: true });
      for (const [place, id] of compatibleIds.entries()) this.#want(id, { device, place, isHardware: false });
      if (!missing.includes("subsystem")) continue;
      for (const id of hardwareIds) this.#vague.set(id, [...(this.#vague.get(id) ?? []), device]);
    }
  }

  /** An INF of Windows' own. */
  addInbox(path: string, data: Uint8Array): void {
    try {
      const inf = new Inf(data);
      const { devices } = modelsFor(inf, this.#target);
      const installs = (model: DriverDevice) => installationOf(inf, [model.installSection], this.#target);
      const [date = null, version = null] = inf.entries("Version", "DriverVer")[0]?.values ?? [];
      this.#addModels(devices, {
        inf: path,
        origin: "inbox",
        folder: null,
        provider: inf.value("Version", "Provider") ?? null,
        date,
        version,
        isTrusted: true,
        serviceOf: (model) => installs(model).services.find(({ isFunctionDriver }) => isFunctionDriver)?.name ?? null,
        hasSection: (model) => installs(model).sections.length > 0,
      });
    } catch (error) {
      if (!(error instanceof InfFault)) throw error;
      this.faults += 1;
    }
  }

  /** A package that serves this Windows, of `folder`. */
  addPackage(each: DriverPackage, folder: string): void {
    const { inf, provider, date, version, services, signature } = each;
    this.#addModels(each.devices, {
      inf,
      origin: "package",
      folder,
      provider,
      date,
      version,
      // SHA-2 is unknown to a Windows 7 without updates.
      isTrusted: signature.digest === "sha1",
      serviceOf: () => services.find(({ isFunctionDriver }) => isFunctionDriver)?.name ?? null,
      hasSection: () => true,
    });
  }

  /** By the devices' places; null where there is none. */
  drivers(): readonly (FoundDriver | null)[] {
    return this.#devices.map((_, device) => this.#found[device] ?? null);
  }

  /** Whether there is a driver for the device with certain subsystems, of which the listing does not tell. */
  mayHaveOne(device: number): boolean {
    return this.#possible.has(device);
  }

  #want(id: string, wanted: Wanted): void {
    const key = id.toUpperCase();
    const others = this.#wanted.get(key);
    if (others === undefined) this.#wanted.set(key, [wanted]);
    else others.push(wanted);
  }

  #addModels(models: readonly DriverDevice[], source: Source): void {
    for (const model of models) {
      const { hardwareId, compatibleIds } = model;
      for (const [place, id] of [hardwareId ?? "", ...compatibleIds].entries()) {
        if (id === "") continue;
        const key = id.toUpperCase();
        const [beginning = "", subsystem] = key.split("&SUBSYS_");
        if (subsystem !== undefined) for (const device of this.#vague.get(beginning) ?? []) this.#possible.add(device);
        for (const wanted of this.#wanted.get(key) ?? []) this.#consider(wanted, place, model, source);
      }
    }
  }

  /** `place`: 0 for the hardware id of the model, from 1 on its compatible ids. */
  #consider(wanted: Wanted, place: number, model: DriverDevice, source: Source): void {
    const rank = (source.isTrusted ? 0 : untrusted) + identifierScore(wanted, place);
    const current = this.#found[wanted.device];
    if (current !== undefined && !isBetter({ ...source, rank }, current)) return;
    if (!source.hasSection(model)) return;
    const { hardwareIds, compatibleIds } = this.#devices[wanted.device]!;
    const { inf, origin, folder, provider, date, version } = source;
    this.#found[wanted.device] = {
      inf,
      origin,
      folder,
      provider,
      description: model.description,
      installSection: model.installSection,
      service: source.serviceOf(model),
      date,
      version,
      matchedId: (wanted.isHardware ? hardwareIds : compatibleIds)[wanted.place]!,
      rank,
    };
  }
}

function identifierScore({ isHardware, place }: Wanted, modelPlace: number): number {
  if (isHardware) return place + (modelPlace === 0 ? 0 : matchTypes.hardwareByCompatible);
  if (modelPlace === 0) return place + matchTypes.compatibleByHardware;
  return Math.min(place + (modelPlace - 1) * placeOfModel, 0xfff) + matchTypes.compatibleByCompatible;
}

type Ranked = Pick<FoundDriver, "rank" | "date" | "version">;

function isBetter(one: Ranked, other: Ranked): boolean {
  const order = other.rank - one.rank || dayOf(one) - dayOf(other) || compareNumbers(one.version, other.version);
  return order > 0;
}

/** `mm/dd/yyyy` as a number that can be compared; 0 where it is none. */
function dayOf({ date }: Ranked): number {
  const [, month = "0", day = "0", year = "0"] = /^\s*(\d{1,2})[/-](\d{1,2})[/-](\d{4})\s*$/.exec(date ?? "") ?? [];
  return (Number(year) * 100 + Number(month)) * 100 + Number(day);
}

function compareNumbers(one: string | null, other: string | null): number {
  const [ones = [], others = []] = [one, other].map((text) => (text ?? "").split(".").map(Number));
  for (let at = 0; at < 4; at += 1) {
    const difference = (ones[at] ?? 0) - (others[at] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
}
