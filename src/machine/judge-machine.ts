/**
 * Will Windows run on a machine, and what is missing? For each device the driver that serves it in Setup and in the installed
 * Windows, or none; then what Setup cannot do without: a USB controller that the stick hangs on, storage to install on,
 * something to be typed with. What a listing or an image does not tell is told as unknown, never guessed.
 */
import type { Device, DeviceKind, Machine } from "./device.js";
import type { FoundDriver } from "./find-drivers.js";

/** `unreachable`: it hangs on a controller without a driver. */
export type DriverState = "served" | "none" | "unreachable" | "unknown";

/** What one system makes of a device. */
export type DeviceService = { readonly state: DriverState; readonly driver: FoundDriver | null };

/** A device, and what serves it. */
export type JudgedDevice = Device & {
  readonly setup: DeviceService;
  readonly windows: DeviceService;
};

/** What Setup cannot do without. */
export type SetupNeed = "usb" | "storage" | "input";

/** `absent`: the listing has no such device. */
export type NeedState = "served" | "partly" | "none" | "unknown" | "absent";

/**
 * `dead`: Setup itself would not get on; `incomplete`: devices are left without a driver, in Setup or afterwards; `unknown`:
 * what decides is not told by the listing or the image.
 */
export type MachineVerdict = "ready" | "incomplete" | "dead" | "unknown";

/** What becomes of a machine's devices, and of Setup. */
export type MachineJudgement = {
  readonly verdict: MachineVerdict;
  readonly needs: readonly { readonly need: SetupNeed; readonly state: NeedState }[];
  /** What Setup needs first, then network, then the rest. */
  readonly devices: readonly JudgedDevice[];
};

/** Drivers that one system has for the devices, by their places. */
export type SystemDrivers = {
  /** False where its own INFs could not be read, so that there may be others. */
  readonly isKnown: boolean;
  readonly drivers: readonly (FoundDriver | null)[];
  mayHaveOne(device: number): boolean;
};

export function judgeMachine({ devices }: Machine, setup: SystemDrivers, windows: SystemDrivers): MachineJudgement {
  const services = [setup, windows].map((system) => servicesOf(devices, system)) as [DeviceService[], DeviceService[]];
  const judged = devices.map((device, at): JudgedDevice => {
    return { ...device, setup: services[0][at]!, windows: services[1][at]! };
  });
  const needs = (["usb", "storage", "input"] as const).map((need) => ({ need, state: needState(need, judged) }));
  return { verdict: verdictOf(needs, judged), needs, devices: sorted(judged) };
}

function servicesOf(devices: readonly Device[], system: SystemDrivers): DeviceService[] {
  const own = devices.map((device, at): DeviceService => {
    const driver = system.drivers[at] ?? null;
    if (driver !== null) return { state: "served", driver };
    const isVague = device.missing.includes("class") || device.missing.includes("interface") || system.mayHaveOne(at);
    return { state: isVague || !system.isKnown ? "unknown" : "none", driver: null };
  });
  const stateAt = new Map(devices.map(({ bus, location }, at) => [bus === "pci" ? location : null, own[at]!.state]));
  return own.map((service, at) => {
    const { controller } = devices[at]!;
    const above = controller === null ? undefined : stateAt.get(controller);
    if (above === "none") return { state: "unreachable", driver: null };
    return above === "unknown" && service.state === "served" ? { ...service, state: "unknown" } : service;
  });
}

/** Devices that a need is met by: disks on USB are none to install on. */
export function serves(need: SetupNeed, { kind, bus }: Device): boolean {
  if (need === "usb") return kind === "usb-controller";
  return need === "storage" ? kind === "storage" && bus !== "usb" : kind === "input";
}

/** Setup gets on without the others. */
export function isNeededInSetup(kind: DeviceKind): boolean {
  return kind === "usb-controller" || kind === "storage" || kind === "input";
}

function needState(need: SetupNeed, devices: readonly JudgedDevice[]): NeedState {
  const states = devices.filter((device) => serves(need, device)).map(({ setup }) => setup.state);
  if (states.length === 0) return "absent";
  const served = states.filter((state) => state === "served").length;
  if (served === states.length) return "served";
  if (served > 0) return "partly";
  return states.includes("unknown") ? "unknown" : "none";
}

function verdictOf(needs: MachineJudgement["needs"], devices: readonly JudgedDevice[]): MachineVerdict {
  const decisive = needs.filter(({ need }) => need !== "input").map(({ state }) => state);
  if (decisive.includes("none")) return "dead";
  if (decisive.includes("unknown")) return "unknown";
  const isWhole = devices.every(({ kind, setup, windows }) => {
    // What makes the board works without drivers, or for nobody.
    if (kind === "system") return true;
    return windows.state === "served" && (!isNeededInSetup(kind) || setup.state === "served");
  });
  return isWhole && needs.every(({ state }) => state !== "none") ? "ready" : "incomplete";
}

const order = ["usb-controller", "storage", "input", "network", "display", "audio", "other", "system"] as const;

function sorted(devices: readonly JudgedDevice[]): JudgedDevice[] {
  return devices.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
