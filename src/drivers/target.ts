/** The Windows that drivers are judged for. */

/** Of the processor. */
export type DriverArchitecture = "x86" | "amd64";

/** As INFs, updates and answer files name what discs call x64. */
export function driverArchitectureOf(architecture: string | null): DriverArchitecture {
  return architecture === "x64" ? "amd64" : "x86";
}

/** The system that will load the drivers. */
export type DriverTarget = {
  readonly architecture: DriverArchitecture;
  /** 6.1 for Windows 7. */
  readonly version: WindowsVersion;
};

export type WindowsVersion = { readonly major: number; readonly minor: number };

/** Windows 7, as installed and as Windows PE 3.0. */
export function windows7On(architecture: DriverArchitecture): DriverTarget {
  return { architecture, version: { major: 6, minor: 1 } };
}

/** Negative where `a` is older. */
export function compareVersions(a: WindowsVersion, b: WindowsVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

/** `6.1`. */
export function versionText({ major, minor }: WindowsVersion): string {
  return `${major}.${minor}`;
}
