/** A stick changed with the image that it was made of: a write that lays it out as it was, save what is asked for. */
import { firstFew } from "../../bytes/amounts.js";
import { Win7UsbError } from "../../errors.js";
import type { OpenedImage } from "../open-image.js";
import type { OpenedStick } from "../open-stick.js";
import { prepareWrite, type PreparedWrite } from "../prepare-write.js";
import { editOf, folderEdits, givenFolders, writeChoicesOf, type UpdateChoices } from "./choices.js";
import { answerFileOf } from "./edit-stick.js";
import { diskOf } from "./stick-tree.js";

/** Throws `other-image`, `usage` for folders that are neither given nor taken back, and what preparing a write throws. */
export async function writeFromImage(
  stick: OpenedStick,
  image: OpenedImage,
  choices: UpdateChoices,
): Promise<PreparedWrite> {
  const { manifest, path, format } = stick;
  requireSameImage(stick, image);
  requireFolders(stick, choices);
  const isKept = !(choices.reset ?? []).includes("answer-file");
  const kept = isKept ? await answerFileOf(stick, diskOf(stick)) : undefined;
  const isDrive = stick.reader.kind === "drive";
  const file = { size: manifest.diskSize, format: format ?? ("raw" as const), force: true };
  return prepareWrite(image, {
    ...writeChoicesOf(manifest, choices, kept),
    targets: [path],
    ...(isDrive ? { onlyChanged: true } : file),
  });
}

function requireSameImage({ manifest: { origin }, path }: OpenedStick, image: OpenedImage): void {
  if (origin === null) return;
  const { volumeLabel } = image.image;
  if (origin.size === image.size && origin.volumeLabel === volumeLabel) return;
  const message = `${image.path} is not the image that ${path} was made of, which has the label ${JSON.stringify(origin.volumeLabel)} and ${origin.size} bytes`;
  throw new Win7UsbError("other-image", message, {
    hint: "Give that image; another one is written to the stick.",
    data: { path, image: image.path, size: image.size, expected: origin.size },
  });
}

/** Throws `usage` where the stick was made with folders that are neither given nor taken back: only parts of them are on it. */
function requireFolders({ manifest, path }: OpenedStick, choices: UpdateChoices): void {
  const { reset = [] } = choices;
  const given = givenFolders(choices);
  const lacking = folderEdits.filter(
    (kind) => editOf(manifest, kind) !== undefined && !given.includes(kind) && !reset.includes(kind),
  );
  if (lacking.length === 0) return;
  const message = `${path} was made with folders that are laid out anew with the image: ${firstFew(lacking, lacking.length)}`;
  throw new Win7UsbError("usage", message, {
    hint: "Give them again, or take them back.",
    data: { choice: "folders", lacking },
  });
}
