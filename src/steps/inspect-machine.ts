/** Will the Windows of an image run on a machine, and what is missing? */
import type { DriverPackage } from "../drivers/index.js";
import { driverArchitectureOf, windows7On } from "../drivers/index.js";
import type { Warning } from "../errors.js";
import { Failures, Win7UsbError } from "../errors.js";
import type { Machine } from "../machine/device.js";
import { DriverFinder } from "../machine/find-drivers.js";
import type { MachineJudgement, SystemDrivers } from "../machine/judge-machine.js";
import { judgeMachine } from "../machine/judge-machine.js";
import { listingSizeLimit } from "../machine/limits.js";
import { listingTooLarge, readListing } from "../machine/listing/index.js";
import { hostFileAt } from "../source/host-file.js";
import { servesSetup, servesWindows } from "../windows/customise/choose-drivers.js";
import type { WindowsIdentity } from "../windows/index.js";
import { suitabilityRefusals } from "../windows/index.js";
import type { ImageInput, InputOptions } from "./image-input.js";
import { throwIfInterrupted } from "./image-input.js";
import { judgeFolder } from "./inspect-drivers.js";
import { machineSummary, machineWarnings, memoryLimit } from "./machine-notes.js";
import type { FoundSystem, MachineSystem } from "./machine-systems.js";
import { installedSystem, setupSystem } from "./machine-systems.js";
import type { OpenedImage } from "./open-image.js";
import { openImage } from "./open-image.js";

/** A listing of a machine's devices: a file's path, its bytes, or `this` for the machine that this runs on. */
export type MachineInput = string | Uint8Array;

/** Choices of `inspectMachine`. */
export type MachineInspectionOptions = InputOptions & {
  /** Folders of drivers that would be added. */
  readonly drivers?: readonly string[] | undefined;
};

/** What becomes of a machine. */
export type MachineInspection = {
  readonly image: { readonly path: string };
  readonly windows: Pick<WindowsIdentity, "product" | "architecture" | "edition" | "servicePack">;
  readonly machine: Omit<Machine, "devices"> & {
    /** Path of the listing; null for bytes. */
    readonly path: string | null;
    /** Bytes of memory that this Windows uses at most; null where the image does not say which edition it is. */
    readonly memoryLimit: number | null;
  };
  readonly systems: {
    /** Windows PE, in which Setup runs; null where its drivers are not known. */
    readonly setup: MachineSystem | null;
    readonly windows: MachineSystem | null;
  };
  /** Folders that were given, and how many of their packages this Windows and Setup can load. */
  readonly drivers: readonly {
    readonly path: string;
    readonly packages: number;
    readonly forWindows: number;
    readonly forSetup: number;
  }[];
  readonly verdict: MachineJudgement["verdict"];
  /** A sentence. */
  readonly summary: string;
  readonly needs: MachineJudgement["needs"];
  readonly devices: MachineJudgement["devices"];
  readonly warnings: readonly Warning[];
};

/** What stands for the machine that this runs on. */
const own = "this";

/**
 * Holds a machine's devices against the drivers that an image and folders of drivers have. Throws what `openImage` and
 * `inspectDrivers` throw, `no-devices`, `input-missing`, `input-unreadable`, `input-unsupported`, and `not-windows-7`.
 */
export async function inspectMachine(
  image: ImageInput,
  machine: MachineInput,
  options: MachineInspectionOptions = {},
): Promise<MachineInspection> {
  const path = typeof machine === "string" ? machine : null;
  const failures = new Failures();
  const listed = await failures.attempt(async () => readListing(await bytesOf(machine), path ?? "the listing"));
  const opened = await failures.attempt(() => openImage(image, options));
  try {
    failures.throwAll();
    return await inspectionOf(opened!, listed!, path, options);
  } finally {
    await opened?.close();
  }
}

async function bytesOf(machine: MachineInput): Promise<Uint8Array> {
  if (typeof machine !== "string") return machine;
  if (machine === own) {
    const { thisMachine } = await import("../drive/this-machine.js");
    return thisMachine();
  }
  const { size, source } = await hostFileAt(machine);
  if (size > listingSizeLimit) throw listingTooLarge(machine, size);
  return source.read(0, size);
}

type JudgedFolder = { readonly path: string; readonly packages: readonly DriverPackage[] };

async function inspectionOf(
  opened: OpenedImage,
  machine: Machine,
  path: string | null,
  { drivers = [], signal }: MachineInspectionOptions,
): Promise<MachineInspection> {
  const { windows: identity, image } = opened;
  const misfit = suitabilityRefusals(identity, image.tree).find(({ code }) => code === "not-windows-7");
  if (misfit !== undefined)
    throw new Win7UsbError(misfit.code, misfit.message, { hint: "Name an image of Windows 7." });
  const architecture = driverArchitectureOf(identity.architecture);
  const finder = () => new DriverFinder(machine.devices, windows7On(architecture));
  const folders: JudgedFolder[] = [];
  const failures = new Failures();
  for (const folder of drivers) {
    const judged = await failures.attempt(() => judgeFolder(folder, architecture, signal));
    if (judged !== undefined) folders.push({ path: folder, packages: judged.packages });
  }
  failures.throwAll();
  const setup = await setupSystem(image.tree, identity, finder());
  throwIfInterrupted(opened.path, signal);
  const installed = await installedSystem(image.tree, identity, finder());
  throwIfInterrupted(opened.path, signal);
  const judgement = judgeMachine(
    machine,
    withPackages(setup, folders, servesSetup),
    withPackages(installed, folders, servesWindows),
  );
  const { product, edition, servicePack } = identity;
  const { formats, name, firmware, memory } = machine;
  return {
    image: { path: opened.path },
    windows: { product, architecture: identity.architecture, edition, servicePack },
    machine: { path, formats, name, firmware, memory, memoryLimit: memoryLimit(identity) },
    systems: { setup: setup.system, windows: installed.system },
    drivers: folders.map((folder) => ({
      path: folder.path,
      packages: folder.packages.length,
      forWindows: folder.packages.filter(servesWindows).length,
      forSetup: folder.packages.filter(servesSetup).length,
    })),
    verdict: judgement.verdict,
    summary: machineSummary(judgement),
    needs: judgement.needs,
    devices: judgement.devices,
    warnings: machineWarnings({ machine, judgement, identity, setup, installed }),
  };
}

function withPackages(
  { finder, system }: FoundSystem,
  folders: readonly JudgedFolder[],
  serves: (each: DriverPackage) => boolean,
): SystemDrivers {
  for (const { path, packages } of folders) for (const each of packages.filter(serves)) finder.addPackage(each, path);
  return { isKnown: system !== null, drivers: finder.drivers(), mayHaveOne: (device) => finder.mayHaveOne(device) };
}
