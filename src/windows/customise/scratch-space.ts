/**
 * The scratch space of Windows PE: what it can write to its drive X:, all of it in memory. 32 MB as it comes; DISM's
 * /Set-ScratchSpace knows 32 to 512 MB and keeps the number in the SYSTEM hive. drvload copies what it loads into it.
 */
import { MiB } from "../../bytes/units.js";
import { Win7UsbError } from "../../errors.js";
import { HiveEditor } from "../../registry/hive-editor.js";
import { valueTypes } from "../../registry/hive-records.js";
import type { PlacedPackage } from "./driver-files.js";

export const systemHivePath = "Windows/System32/config/SYSTEM";

/** MiB. */
const spaces = [32, 64, 128, 256, 512] as const;
export const [defaultSpace] = spaces;
/** MiB that Setup and Windows PE have left for themselves: half of what they get by default. */
const reserve = 16;
/** A driver is copied to the driver store and from there to its place. */
const copies = 2;

export type ScratchSpace = {
  /** MiB. */
  readonly before: number;
  readonly after: number;
};

/** MiB that these packages ask for. Throws `drivers-too-large`. */
export function spaceFor(packages: readonly PlacedPackage[]): number {
  const bytes = packages.flatMap(({ files }) => files).reduce((sum, { size }) => sum + size, 0);
  const needed = reserve + Math.ceil((bytes * copies) / MiB);
  const space = spaces.find((each) => each >= needed);
  if (space !== undefined) return space;
  const most = Math.floor((spaces.at(-1)! - reserve) / copies);
  const message = `the drivers for Setup have ${Math.ceil(bytes / MiB)} MiB, Windows PE can load ${most} MiB`;
  throw new Win7UsbError("drivers-too-large", message, {
    hint: "Leave out drivers that the machine does not need.",
    data: { bytes, most: most * MiB },
  });
}

const settingName = "WinPECacheThreshold";

/**
 * The SYSTEM hive with at least `space` MiB, and what it says now; null where that is enough. `time` is the FILETIME of the
 * change. Throws `hive-damaged`, `hive-dirty`, `hive-unsupported`, and `setup-image-unknown` for a hive of something else.
 */
export function raiseScratchSpace(
  hive: Uint8Array,
  space: number,
  time: bigint,
): { readonly hive: Uint8Array; readonly scratchSpace: ScratchSpace } | null {
  const editor = new HiveEditor(hive, { name: systemHivePath, time });
  const current = numberOf(editor.value(["Select"], "Current")?.data) ?? 1;
  const key = [`ControlSet${String(current).padStart(3, "0")}`, "Services", "FBWF"];
  if (editor.values(key) === undefined) {
    throw new Win7UsbError("setup-image-unknown", `${systemHivePath} has no key ${key.join("\\")}`, {
      hint: "Take an untouched image.",
    });
  }
  const before = numberOf(editor.value(key, settingName)?.data) ?? defaultSpace;
  if (before >= space) return null;
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, space, true);
  editor.setValue(key, { name: settingName, type: valueTypes.dword, data });
  return { hive: editor.finish(), scratchSpace: { before, after: space } };
}

/** REG_DWORD. */
function numberOf(data: Uint8Array | undefined): number | undefined {
  if (data?.length !== 4) return undefined;
  return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
}
