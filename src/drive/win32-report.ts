/**
 * The JSON that the scripts of win32-scripts.ts print. Trap: ConvertTo-Json of PowerShell 5.1 writes a list of one as the element
 * itself in places.
 */
import { Win7UsbError } from "../errors.js";

export type WindowsDisk = {
  readonly Number: number;
  readonly FriendlyName: string | null;
  readonly SerialNumber: string | null;
  /** Where it is attached; of a virtual disk its file. */
  readonly Location: string | null;
  readonly Size: number;
  readonly LogicalSectorSize: number;
  /** MSFT_Disk's number, or the cmdlet's word for it. */
  readonly BusType: number | string;
  readonly IsBoot: boolean;
  readonly IsSystem: boolean;
  readonly IsReadOnly: boolean;
  readonly IsOffline: boolean;
  readonly IsClustered: boolean;
  readonly PartitionStyle: string | number;
};

export type WindowsPartition = {
  readonly DiskNumber: number;
  readonly PartitionNumber: number;
  readonly Size: number;
  readonly IsBoot: boolean;
  readonly IsSystem: boolean;
  readonly GptType: string | null;
  readonly MbrType: number | null;
  readonly AccessPaths: readonly (string | null)[];
};

export type WindowsVolume = {
  readonly UniqueId: string;
  readonly FileSystem: string | null;
  readonly FileSystemLabel?: string | null;
  readonly Size?: number | null;
  readonly SizeRemaining?: number | null;
};

export type WindowsReport = {
  /** Such as `C:`. */
  readonly systemDrive: string;
  readonly disks: readonly WindowsDisk[];
  readonly partitions: readonly WindowsPartition[];
  readonly volumes: readonly WindowsVolume[];
  readonly media: readonly { readonly Index: number; readonly MediaType: string | null }[];
  readonly pageFiles: readonly string[];
};

/** Throws `target-unsupported` where `text` is not what the list script prints. */
export function parseWindowsReport(text: string): WindowsReport {
  const report = parseJson(text);
  const disks = listAt<WindowsDisk>(report, "Disks");
  for (const disk of disks) {
    if (Number.isSafeInteger(disk.Number) && Number.isSafeInteger(disk.Size)) continue;
    throw unexpected(`a disk's number is ${disk.Number} and its size ${disk.Size}`);
  }
  return {
    systemDrive: typeof report["SystemDrive"] === "string" ? report["SystemDrive"] : "C:",
    disks,
    partitions: listAt<WindowsPartition>(report, "Partitions").map((partition) => ({
      ...partition,
      AccessPaths: asList(partition.AccessPaths),
    })),
    volumes: listAt(report, "Volumes"),
    media: listAt(report, "Media"),
    pageFiles: listAt(report, "PageFiles"),
  };
}

/** What the other scripts answer; `ok` false with what went wrong, in the system's language. */
export function parseWindowsAnswer(text: string): { readonly ok: boolean; readonly message: string } {
  const answer = parseJson(text);
  const message = [answer["Message"], answer["Id"]].filter((part) => typeof part === "string").join(" ");
  return { ok: answer["Ok"] === true, message: message.replaceAll(/\s+/g, " ").trim() };
}

export type WindowsOpticalDrive = {
  readonly Drive: string | null;
  readonly MediaLoaded: boolean;
  /** Bytes of the disc; null where there is none. */
  readonly Size: number | null;
};

/** What the script of optical drives prints. Throws `target-unsupported` for anything else. */
export function parseOpticalReport(text: string): WindowsOpticalDrive[] {
  return listAt<Record<string, unknown>>(parseJson(text), "Drives").map((drive) => {
    const { Drive, MediaLoaded, Size } = drive;
    const size = Number(Size ?? Number.NaN);
    return {
      Drive: typeof Drive === "string" ? Drive : null,
      MediaLoaded: MediaLoaded === true,
      Size: Number.isSafeInteger(size) && size > 0 ? size : null,
    };
  });
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw unexpected(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected("it is no object");
  return value as Record<string, unknown>;
}

function unexpected(reason: string): Win7UsbError {
  return new Win7UsbError("target-unsupported", `PowerShell answered with something unexpected: ${reason}`, {
    hint: "Write an image file instead, and report this.",
  });
}

function listAt<T>(report: Record<string, unknown>, key: string): T[] {
  return asList(report[key] as T | readonly T[] | null | undefined);
}

function asList<T>(value: T | readonly T[] | null | undefined): T[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? [...(value as readonly T[])] : [value as T];
}
