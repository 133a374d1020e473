/**
 * Which WIMs the programs of an installation disc can read. Windows 7's boot manager and Setup know what the WIM
 * specification has: version 1.13, XPRESS or LZX in chunks of 32 KiB. What came later (LZMS and solid resources with
 * Windows 8, larger chunks) and wimlib's pipable layout has the same file name, and fails only when a PC is installed.
 * What decides is the content and the age of what reads it: the Setup of Windows 8 and newer reads ESDs (wimlib's manual,
 * wimcapture, --compress and --solid: WIMGAPI since Windows 8).
 */
import { KiB } from "../bytes/units.js";
import { esdVersion, type WimHeader } from "../wim/header.js";
import type { BootImages, UnreadableWim } from "./identity.js";

/** WIM specification, "Header": the size of all chunks. */
const specifiedChunkSize = 32 * KiB;
/** Windows 8: its WIMGAPI is the first that reads LZMS and solid resources. */
const windows8Build = 9200;

/** Whether a Setup of this build reads what Windows 8 brought; one that does not say its build counts as Windows 7's. */
export const isNewerSetup = (build: number | null): boolean => build !== null && build >= windows8Build;

/** Build of what boot.wim starts, which is Setup's; null where it does not say. */
export function setupBuild(bootImages: BootImages | null): number | null {
  const { images, bootIndex } = bootImages ?? { images: [], bootIndex: 0 };
  return (images.find(({ index }) => index === bootIndex) ?? images.at(-1))?.build ?? null;
}

/** What keeps Setup (`install`) or the boot manager (`boot`) of this build from reading the WIM; null where nothing does. */
export function unreadableReason(role: UnreadableWim["role"], header: WimHeader, build: number | null): string | null {
  if (header.pipable) return "pipable, which only wimlib reads";
  const isNewer = isNewerSetup(build);
  if (role === "install" && isNewer) return null;
  // wimlib writes this version for LZMS, solid or not.
  if (header.version === esdVersion) return "of version 14.0 (an ESD: LZMS or solid), which came with Windows 8";
  if (header.compression === "lzms") return "compressed with LZMS, which came with Windows 8";
  if (isNewer || header.chunkSize <= specifiedChunkSize) return null;
  return `compressed in chunks of ${header.chunkSize / KiB} KiB, expected ${specifiedChunkSize / KiB}`;
}
