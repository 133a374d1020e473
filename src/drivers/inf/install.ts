/**
 * What an INF does for its devices: files, services, frameworks and co-installers of the install sections that the devices
 * name, each with the ending that Windows takes (`.ntx86` before `.nt` before none), and of `.Services`, `.Wdf`,
 * `.CoInstallers` and the like behind that very name. Traps: `Needs` names sections that count as part of this one, of this
 * INF or of one of Windows' own; `CopyFiles=@x.sys` is the file itself, anything else a section that lists files.
 */
import { packageFileLimit } from "../limits.js";
import type { DriverTarget } from "../target.js";
import { installEndings } from "./decoration.js";
import { InfFault } from "./inf-fault.js";
import type { Inf } from "./inf.js";
import { infNumber } from "./inf.js";

/** A file that an INF copies. */
export type CopiedFile = {
  /** Beside the INF. */
  readonly source: string;
  /** Installed. */
  readonly name: string;
  /** Where to: the number of a folder (12 is System32\drivers) and one below it, as the INF has them; null if it says nothing. */
  readonly directory: string | null;
};

/** A service that an INF adds. */
export type DriverService = {
  readonly name: string;
  /** Whether it is the function driver of the device (SPSVCINST_ASSOCSERVICE). */
  readonly isFunctionDriver: boolean;
  /** AddService's flags as they stand. */
  readonly flags: number;
  /** 0 boot, 1 system, 2 automatic, 3 on demand, 4 disabled; null where the INF does not say. */
  readonly startType: number | null;
  /** 1 is a kernel driver. */
  readonly serviceType: number | null;
  /** The installed file, without its folder. */
  readonly binary: string | null;
  readonly loadOrderGroup: string | null;
};

/** A framework that a service is built on: its own file is Windows' or comes by a co-installer. */
export type DriverFramework = {
  readonly kind: "kmdf" | "umdf";
  readonly service: string;
  /** `1.9`; as the INF has it. */
  readonly version: string;
};

export type Installation = {
  /** Install sections that were taken. */
  readonly sections: readonly string[];
  /** Those that devices name and the INF does not have. */
  readonly missing: readonly string[];
  readonly files: readonly CopiedFile[];
  readonly services: readonly DriverService[];
  readonly frameworks: readonly DriverFramework[];
  /** Files of co-installers. */
  readonly coInstallers: readonly string[];
  /** Other INFs of the package that this one copies. */
  readonly copiedInfs: readonly string[];
  /** Windows' own INFs that it needs parts of. */
  readonly included: readonly string[];
};

/** SPSVCINST_ASSOCSERVICE of setupapi.h. */
const associated = 0x2;

/** What the device's own driver consists of, besides the install section itself. */
const parts = [".services", ".wdf", ".coinstallers", ".hw", ".interfaces"] as const;

/** What `names` (install sections without endings) do on the target. Throws InfFault. */
export function installationOf(inf: Inf, names: readonly string[], target: DriverTarget): Installation {
  const sections: string[] = [];
  const missing: string[] = [];
  for (const name of new Set(names)) {
    const ending = installEndings(target).find((each) => inf.has(name + each));
    if (ending === undefined) missing.push(name);
    else sections.push(name + ending);
  }
  const classInstall = installEndings(target).find((each) => inf.has(`ClassInstall32${each}`));
  const reader = new InstallReader(inf);
  if (sections.length > 0 && classInstall !== undefined) reader.read(`ClassInstall32${classInstall}`);
  for (const section of sections) for (const part of ["", ...parts]) reader.read(section + part);
  return { sections, missing, ...reader.result() };
}

class InstallReader {
  readonly #inf: Inf;
  readonly #read = new Set<string>();
  readonly #files = new Map<string, CopiedFile>();
  readonly #services = new Map<string, DriverService>();
  readonly #frameworks = new Map<string, DriverFramework>();
  readonly #coInstallers = new Map<string, string>();
  readonly #copiedInfs = new Set<string>();
  readonly #included = new Set<string>();

  constructor(inf: Inf) {
    this.#inf = inf;
  }

  result(): Omit<Installation, "sections" | "missing"> {
    return {
      files: [...this.#files.values()],
      services: [...this.#services.values()],
      frameworks: [...this.#frameworks.values()],
      coInstallers: [...this.#coInstallers.values()],
      copiedInfs: [...this.#copiedInfs],
      included: [...this.#included],
    };
  }

  /** Each section once, however many name it: `Needs` may go in circles. */
  read(name: string): void {
    const queue = [name];
    for (let section = queue.pop(); section !== undefined; section = queue.pop()) {
      if (this.#isRead(section)) continue;
      for (const { key, values } of this.#inf.lines(section)) {
        if (key?.toLowerCase() === "needs") queue.push(...values);
        else if (key !== null) this.#directive(key.toLowerCase(), values);
      }
    }
  }

  #isRead(section: string): boolean {
    const name = section.toLowerCase();
    if (this.#read.has(name)) return true;
    this.#read.add(name);
    return false;
  }

  #directive(key: string, values: readonly string[]): void {
    if (key === "copyfiles") for (const name of values) this.#copy(name);
    else if (key === "copyinf") for (const name of values) this.#copiedInfs.add(name);
    else if (key === "include") for (const name of values) this.#included.add(name.toLowerCase());
    else if (key === "addservice") this.#addService(values);
    else if (key === "addreg") for (const name of values) this.#addRegistry(name);
    else if (key === "addinterface") this.read(values[2] ?? "");
    else if (key === "kmdfservice") this.#framework("kmdf", "KmdfLibraryVersion", values);
    else if (key === "umdfservice") this.#framework("umdf", "UmdfLibraryVersion", values);
  }

  #copy(name: string): void {
    if (name.startsWith("@")) {
      const file = name.slice(1).trim();
      this.#addFile({ source: file, name: file, directory: this.#directoryOf("DefaultDestDir") });
      return;
    }
    if (name === "" || this.#isRead(name)) return;
    const directory = this.#directoryOf(name) ?? this.#directoryOf("DefaultDestDir");
    for (const { key, values } of this.#inf.lines(name)) {
      const [file = "", source = ""] = key === null ? values : [key, ...values];
      if (file !== "") this.#addFile({ source: source === "" ? file : source, name: file, directory });
    }
  }

  #addFile(file: CopiedFile): void {
    this.#files.set(`${file.source}\0${file.name}\0${file.directory}`.toLowerCase(), file);
    if (this.#files.size > packageFileLimit) throw new InfFault("too-many-files");
  }

  #directoryOf(list: string): string | null {
    const [line] = this.#inf.entries("DestinationDirs", list);
    if (line === undefined) return null;
    const [number = "", folder = ""] = line.values;
    return folder === "" ? number : `${number}\\${folder}`;
  }

  /** `AddService=name,[flags],section`; an empty name says that the device needs none. */
  #addService([name = "", flagsText, section = ""]: readonly string[]): void {
    if (name === "") return;
    const flags = infNumber(flagsText) ?? 0;
    const binary = this.#inf.value(section, "ServiceBinary");
    this.#services.set(name.toLowerCase(), {
      name,
      isFunctionDriver: (flags & associated) !== 0,
      flags,
      startType: infNumber(this.#inf.value(section, "StartType")) ?? null,
      serviceType: infNumber(this.#inf.value(section, "ServiceType")) ?? null,
      binary:
        binary === undefined ? null : binary.slice(Math.max(binary.lastIndexOf("\\"), binary.lastIndexOf("/")) + 1),
      loadOrderGroup: this.#inf.value(section, "LoadOrderGroup") ?? null,
    });
  }

  /** `HKR,,CoInstallers32,0x00010000,"x.dll,Entry"`: values are files, each perhaps with a function. */
  #addRegistry(section: string): void {
    if (section === "" || this.#isRead(section)) return;
    for (const { values } of this.#inf.lines(section)) {
      if (values[2]?.toLowerCase() !== "coinstallers32") continue;
      for (const value of values.slice(4)) {
        const [file = ""] = value.split(",");
        if (file.trim() !== "") this.#coInstallers.set(file.trim().toLowerCase(), file.trim());
      }
    }
  }

  #framework(kind: DriverFramework["kind"], key: string, [service = "", section = ""]: readonly string[]): void {
    const version = this.#inf.value(section, key);
    if (version !== undefined) this.#frameworks.set(`${kind} ${service.toLowerCase()}`, { kind, service, version });
  }
}
