/** Drivers on the stick: in Setup's image of boot.wim, so that Setup can use the machine, and in `$WinPEDriver$` for Windows. */
import type { DriverPackage, DriverPurpose } from "../../drivers/index.js";
import { firstFew } from "../../bytes/amounts.js";
import { Win7UsbError } from "../../errors.js";
import { overlay, treeWith } from "../../tree/edits.js";
import type { DirectoryNode, FileNode, FileTimes, FileTree } from "../../tree/index.js";
import { contentSource, find } from "../../tree/index.js";
import { openWim } from "../../wim/index.js";
import type { CreateSha1 } from "../../wim/sha1.js";
import { plannedFile } from "../planned-file.js";
import { bootImageIn, setupFolderOf } from "../setup-folders.js";
import { additionTimes } from "./added-file.js";
import { planBootImage } from "./boot-image.js";
import type { ChosenDrivers, DriversWish } from "./choose-drivers.js";
import { chooseDrivers, servesSetup, servesWindows } from "./choose-drivers.js";
import type { PlacedPackage } from "./driver-files.js";
import type { EditNote, EditResult, Editing } from "./edit.js";
import type { ScratchSpace } from "./scratch-space.js";
import { stickDriversPath } from "./setup-script.js";

/** Folders of drivers, one after the other: Setup's image is planned with all of them, from the boot.wim that was there first. */
export class DriverPlacing {
  readonly #setup: PlacedPackage[] = [];
  readonly #counts = new Map<DriverPurpose, number>();
  #bootImage: FileNode | undefined;

  /**
   * Throws `drivers-unfit` where none of them is for this Windows, `no-boot-files` without a boot.wim, and what
   * `planBootImage` throws.
   */
  async place(wish: DriversWish, { tree }: Editing): Promise<EditResult> {
    const serving = wish.packages.filter(servesWindows);
    if (serving.length === 0) throw unfit(wish);
    const times = additionTimes(tree);
    const chosen = chooseDrivers(wish, (purpose) => this.#name(purpose));
    const folders = chosen.map(({ stick }) => stickFolder(stick, times));
    const stick = directory(stickDriversPath, folders, times);
    const onStick = overlay(tree, directory("", [stick], times));
    const { edited, scratchSpace } = await this.#editBootImage(chosen, onStick.tree, wish.createSha1);
    const notes = [...placementNotes(wish), ...(scratchSpace === null ? [] : [spaceNote(scratchSpace)])];
    return { value: "", tree: edited.tree, changes: [...onStick.changes, ...edited.changes], notes };
  }

  #name(purpose: DriverPurpose): string {
    const count = (this.#counts.get(purpose) ?? 0) + 1;
    this.#counts.set(purpose, count);
    return `${purpose}-${String(count).padStart(2, "0")}`;
  }

  async #editBootImage(chosen: readonly ChosenDrivers[], tree: FileTree, createSha1: CreateSha1) {
    const added = chosen.flatMap(({ setup }) => setup ?? []);
    if (added.length === 0) return { edited: { tree, changes: [] }, scratchSpace: null };
    this.#setup.push(...added);
    const path = bootImageIn(setupFolderOf(tree));
    const node = this.#bootImage ?? find(tree, path);
    if (node?.kind !== "file") {
      throw new Win7UsbError("no-boot-files", `there is no ${path} that drivers could be put into`, {
        hint: "Take a whole installation ISO.",
      });
    }
    this.#bootImage = node;
    const source = contentSource(node);
    const plan = await planBootImage(await openWim(source, path), this.#setup, createSha1);
    const edited = overlay(tree, treeWith(path, plannedFile(node, source, plan)));
    return { edited, scratchSpace: plan.scratchSpace };
  }
}

const spaceNote = (space: ScratchSpace): EditNote => ({ code: "scratch-space", ...space });

function unfit({ packages, architecture }: DriversWish): Win7UsbError {
  const infs = infsOf(packages);
  const none =
    infs.length === 1 ? "the package of drivers is not" : `none of the ${infs.length} packages of drivers is`;
  const message = `${none} for Windows 7 (${architecture}): ${firstFew(infs, namedInfs)}`;
  return new Win7UsbError("drivers-unfit", message, {
    hint: "Inspect the folder: each package is listed with the reason. Take the vendor's drivers for Windows 7.",
    data: { packages: packages.map(({ inf, refusals }) => ({ inf, refusals })) },
  });
}

const namedInfs = 5;

const infsOf = (among: readonly DriverPackage[]): string[] => among.map(({ inf }) => inf);

function placementNotes({ packages, architecture }: DriversWish): EditNote[] {
  const [setup, serving] = [packages.filter(servesSetup), packages.filter(servesWindows)];
  const later = serving.filter((each) => !servesSetup(each));
  const notes: EditNote[] = [];
  const found = new Map<string, string[]>();
  if (setup.length > 0) notes.push({ code: "drivers-in-setup", infs: infsOf(setup) });
  if (later.length > 0) notes.push({ code: "drivers-after-setup", infs: infsOf(later) });
  const add = (code: DriverNoteCode, inf: string, finding: DriverNote["finding"]): void => {
    const key = JSON.stringify(finding);
    const same = found.get(code + key);
    if (same !== undefined) {
      same.push(inf);
      return;
    }
    const infs = [inf];
    found.set(code + key, infs);
    notes.push({ code, infs, finding, architecture });
  };
  for (const { inf, refusals } of packages) for (const each of refusals) add("driver-left-out", inf, each);
  for (const { inf, setupRefusals } of serving) for (const each of setupRefusals) add("driver-not-in-setup", inf, each);
  for (const { inf, warnings } of serving) for (const each of warnings) add("driver-doubtful", inf, each);
  return notes;
}

type DriverNoteCode = "driver-left-out" | "driver-not-in-setup" | "driver-doubtful";
type DriverNote = Extract<EditNote, { code: DriverNoteCode }>;

function stickFolder({ folder, files }: PlacedPackage, times: FileTimes): DirectoryNode {
  let root = directory(folder, [], times);
  for (const { path, size, content } of files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const file: FileNode = { kind: "file", name, size, content, times, attributes: {} };
    root = { ...root, ...overlay({ ...root, name: "" }, treeWith(path, file, times)).tree, name: folder };
  }
  return root;
}

function directory(name: string, children: readonly DirectoryNode[], times: FileTimes): DirectoryNode {
  return { kind: "directory", name, children, times, attributes: {} };
}
