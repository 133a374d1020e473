/**
 * Drivers in boot.wim: what Setup's image gets so that it has USB and disks from its first page on. Packages go to
 * `\win7usb`, a script loads them before Setup starts, and the scratch space grows where they need it. The image is the one
 * that the boot manager starts; nothing else of boot.wim changes, nothing is compressed anew, and all that is added has the
 * image's own time. Not tried on Windows: what is proven of each part stands in docs/formats-wim.md.
 */
import { fileTime } from "../../bytes/file-time.js";
import { MiB } from "../../bytes/units.js";
import { Win7UsbError } from "../../errors.js";
import type { Extent } from "../../extents/extent.js";
import { concatenate, fromBytes } from "../../extents/layout.js";
import { readImageMetadata } from "../../wim/compression/read-metadata.js";
import { findEntry } from "../../wim/image-edit.js";
import type { EntryTimes } from "../../wim/image-edit.js";
import type { Wim } from "../../wim/index.js";
import { fileAttributes } from "../../wim/metadata.js";
import { decodeMetadata } from "../../wim/metadata-decode.js";
import type { ImageMetadata } from "../../wim/metadata-tree.js";
import type { ImageEdit } from "../../wim/new-contents.js";
import type { WimPlan } from "../../wim/plan.js";
import { planWim } from "../../wim/plan.js";
import { readHashedContent } from "../../wim/read-content.js";
import type { CreateSha1 } from "../../wim/sha1.js";
import { assertNames, driversRoot, type PlacedPackage } from "./driver-files.js";
import { defaultSpace, raiseScratchSpace, spaceFor, systemHivePath, type ScratchSpace } from "./scratch-space.js";
import { launcherPath, launcherText, scriptPath, scriptText } from "./setup-script.js";

export type BootImagePlan = WimPlan & {
  /** The image that was changed, counted from 1. */
  readonly image: number;
  /** Paths in it of what is added, in the order in which it is. */
  readonly added: readonly string[];
  /** Null where it is as it was. */
  readonly scratchSpace: ScratchSpace | null;
};

/** Windows PE's SYSTEM hive has some MiB. */
const hiveLimit = 64 * MiB;

/** What is started, and what the script calls. */
const neededFiles = [
  "setup.exe",
  "Windows/System32/winpeshl.exe",
  "Windows/System32/cmd.exe",
  "Windows/System32/wpeinit.exe",
  "Windows/System32/drvload.exe",
] as const;

/**
 * boot.wim with these packages in Setup's image. Throws `setup-image-unknown` and `setup-image-altered` for one that is
 * not as Microsoft's are, `name-unsupported`, `drivers-too-large`, and for what is damaged `wim-damaged`, `wim-unsupported`
 * and the codes of hives.
 */
export async function planBootImage(
  wim: Wim,
  packages: readonly PlacedPackage[],
  createSha1: CreateSha1,
): Promise<BootImagePlan> {
  assertNames(packages);
  const space = spaceFor(packages);
  const image = wim.header.bootIndex;
  if (image === 0) throw unlike("setup-image-unknown", wim, "no image of it is set to boot");
  const tree = decodeMetadata(await readImageMetadata(wim, image), wim);
  assertSetupImage(wim, image, tree);
  const times = additionTimes(wim, image, tree);
  const edits = packages.flatMap(({ folder, files }) =>
    files.map((file) => added(`${driversRoot}/${folder}/${file.path}`, file.content, times)),
  );
  edits.push(added(scriptPath, textContent(scriptText(packages)), times));
  edits.push(added(launcherPath, textContent(launcherText()), times));
  const paths = edits.map(({ path }) => path);
  const raised = await raisedHive(wim, tree, space, times.lastWriteTime);
  if (raised !== null) {
    const content = concatenate([fromBytes(raised.hive)]);
    edits.push({ kind: "replace", path: systemHivePath, content, times });
  }
  const plan = await planWim(wim, { changes: new Map([[image, { edits }]]), integrityTable: "leave-out" }, createSha1);
  return { ...plan, image, added: paths, scratchSpace: raised?.scratchSpace ?? null };
}

function assertSetupImage(wim: Wim, image: number, tree: ImageMetadata): void {
  const missing = neededFiles.find((path) => !isFile(tree, path));
  if (missing !== undefined) {
    throw unlike("setup-image-unknown", wim, `its image ${image} has no ${onDrive(missing)}`);
  }
  const present = [launcherPath, driversRoot].find((path) => findEntry(tree, path) !== undefined);
  if (present === undefined) return;
  throw unlike("setup-image-altered", wim, `its image ${image} has a ${onDrive(present)} already`);
}

const onDrive = (path: string): string => `\\${path.replaceAll("/", "\\")}`;

/** Whether there is a file that can be replaced, in directories that can be added to: nothing of it leads elsewhere. */
function isFile(tree: ImageMetadata, path: string): boolean {
  const { directory, reparsePoint, encrypted } = fileAttributes;
  const names = path.split("/");
  const isDirectory = names.every((_, depth) => {
    const { attributes = 0 } = findEntry(tree, names.slice(0, depth).join("/")) ?? {};
    return (attributes & (directory | reparsePoint)) === directory;
  });
  const entry = findEntry(tree, path);
  return isDirectory && entry !== undefined && (entry.attributes & (directory | reparsePoint | encrypted)) === 0;
}

function unlike(code: "setup-image-unknown" | "setup-image-altered", { name }: Wim, text: string): Win7UsbError {
  const what = code === "setup-image-altered" ? "was customised before" : "is not what Setup's own is";
  return new Win7UsbError(code, `${name} ${what}: ${text}`, {
    hint: "Take an untouched image, or leave out the drivers.",
  });
}

/** When the image was last changed; an entry without a time keeps bootmgr from finding it. */
function additionTimes(wim: Wim, image: number, tree: ImageMetadata): EntryTimes {
  const { lastModificationTime, creationTime } = wim.images[image - 1]!;
  const instant = lastModificationTime ?? creationTime;
  const time = instant === null ? findEntry(tree, neededFiles[0])!.lastWriteTime : fileTime(instant);
  return { creationTime: time, lastAccessTime: time, lastWriteTime: time };
}

function added(path: string, content: readonly Extent[], times: EntryTimes): ImageEdit {
  return { kind: "add", path, content, times };
}

const textContent = (text: string) => concatenate([fromBytes(new TextEncoder().encode(text))]);

async function raisedHive(wim: Wim, tree: ImageMetadata, space: number, time: bigint) {
  if (space <= defaultSpace) return null;
  if (!isFile(tree, systemHivePath)) {
    throw unlike("setup-image-unknown", wim, `it has no ${onDrive(systemHivePath)}`);
  }
  const { hash } = findEntry(tree, systemHivePath)!;
  return raiseScratchSpace(await readHashedContent([wim], hash, hiveLimit, systemHivePath), space, time);
}
