/**
 * Which edition Setup installs: `ei.cfg` beside its WIMs names it and says which kind of key Setup takes; without that file Setup
 * lists all editions of install.wim. An answer file outranks it (_Windows Setup Edition Configuration and Product ID
 * Files_). Of what stands in the image's own ei.cfg only the edition is changed.
 */
import { Win7UsbError } from "../../errors.js";
import { overlay, treeWith, without } from "../../tree/edits.js";
import type { FileTree } from "../../tree/index.js";
import { find } from "../../tree/index.js";
import { editionOf, plainEdition } from "../edition-names.js";
import type { Edition, WindowsIdentity } from "../identity.js";
import { readSetupFiles } from "../setup-files.js";
import type { EditionConfig } from "../setup-files.js";
import { setupFolderOf } from "../setup-folders.js";
import { addedFile, additionTimes } from "./added-file.js";
import type { EditNote, EditResult, Editing } from "./edit.js";

/** What is asked for to have no edition chosen. */
export const menuName = "menu";

/** What decides it. */
export function editionConfigPath(tree: FileTree): string {
  return `${setupFolderOf(tree)}/ei.cfg`;
}

/** Throws `edition-missing`. */
export async function chooseEdition(name: string, { tree, windows }: Editing): Promise<EditResult> {
  const { editionConfig, paths } = await readSetupFiles(tree, setupFolderOf(tree));
  if (name.toLowerCase() === menuName) {
    const editions = windows.editions.map((edition) => edition.name);
    const notes: EditNote[] = [{ code: "edition-menu", editions }];
    if (editionConfig === null) notes.unshift({ code: "edition-as-it-was" });
    return { value: menuName, ...without(tree, paths.editionConfig), notes };
  }
  const id = idOf(name, windows);
  const config = configFor(id, editionConfig, windows);
  const notes: EditNote[] = [{ code: "edition-key", channel: config.channel, edition: id }];
  if (find(tree, paths.productKey)?.kind === "file") {
    notes.push({ code: "product-key-file", path: paths.productKey });
  }
  if (editionConfig?.editionId?.toLowerCase() === id.toLowerCase()) {
    return { value: id, tree, changes: [], notes: [{ code: "edition-as-it-was" }, ...notes] };
  }
  const times = additionTimes(tree);
  const file = addedFile("ei.cfg", new TextEncoder().encode(textOf(config)), times);
  return { value: id, ...overlay(tree, treeWith(paths.editionConfig, file, times)), notes };
}

/** EDITIONIDs are words of letters; what stands in the XML data of a WIM may be anything. */
const editionId = /^[A-Za-z0-9_-]{1,64}$/;

/** The EDITIONID of the image's edition that is meant. */
function idOf(name: string, { editions, installImage }: WindowsIdentity): string {
  const wanted = [plainEdition(name), plainEdition(editionOf(name) ?? name)];
  const isMeant = (edition: Edition): boolean =>
    [edition.id ?? "", edition.name].some((each) => wanted.includes(plainEdition(each)));
  const [found] = editions.flatMap((edition) => (isMeant(edition) ? (edition.id ?? []) : []));
  if (found !== undefined && editionId.test(found)) return found;
  const held = editions.map((edition) => edition.id ?? edition.name);
  const which = held.length === 0 ? "no edition that is known" : held.join(", ");
  const where = installImage?.path ?? "the image";
  throw new Win7UsbError("edition-missing", `there is no edition ${JSON.stringify(name)}: ${where} holds ${which}`, {
    hint: "Take one of those, or an image that has it.",
    data: { edition: name, editions: held },
  });
}

type WrittenConfig = { readonly id: string; readonly channel: string; readonly volumeLicence: boolean };

/** Kind of key and licence stay the image's own; its label tells where it has no ei.cfg. */
function configFor(id: string, config: EditionConfig | null, windows: WindowsIdentity): WrittenConfig {
  const isKnown = windows.channel === "OEM" || windows.channel === "Volume";
  const channel = config?.channel ?? (isKnown ? windows.channel : "Retail");
  return { id, channel, volumeLicence: config?.volumeLicence ?? channel.toLowerCase() === "volume" };
}

function textOf({ id, channel, volumeLicence }: WrittenConfig): string {
  return `[EditionID]\r\n${id}\r\n[Channel]\r\n${channel}\r\n[VL]\r\n${volumeLicence ? 1 : 0}\r\n`;
}
