/**
 * Does the image of boot.wim that boots contain Setup, and the recovery tools behind "Repair your computer"? Only its list
 * of files is read; their contents are checked by deep verification.
 */
import { Win7UsbError, reasonBehind } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { pathsInImage } from "../wim/image-paths.js";
import { bootImageIn, setupFolderOf } from "../windows/setup-folders.js";
import { openWimAt } from "../windows/setup-images.js";
import type { Check } from "./verdict.js";

/** From the image's root. Setup lies in both places on Microsoft's discs. */
const setupPaths: readonly string[] = ["setup.exe", "sources/setup.exe"];
const recoveryPath = "sources/recovery/recenv.exe";

type Finding = Pick<Check, "status" | "message">;

/** Two checks: Setup and the recovery tools. Both are skipped where there is no image to look into. */
export async function setupImageChecks(tree: FileTree): Promise<Check[]> {
  const file = bootImageIn(setupFolderOf(tree));
  const { setup, recovery } = await lookInto(tree, file);
  const common = { kind: "agreement", file } as const;
  return [
    { id: "setup-image", ...common, ...setup },
    { id: "recovery-tools", ...common, ...recovery },
  ];
}

async function lookInto(tree: FileTree, file: string): Promise<{ setup: Finding; recovery: Finding }> {
  try {
    const wim = await openWimAt(tree, file);
    if (wim === null) return skipped("there is no boot.wim");
    const { bootIndex } = wim.header;
    if (bootIndex === 0) return skipped(`no image of ${file} is set to boot`);
    const found = await pathsInImage(wim, bootIndex, [...setupPaths, recoveryPath]);
    const name = wim.images.find((image) => image.index === bootIndex)?.name ?? "without a name";
    const image = `${file}: image ${bootIndex}`;
    return { setup: setupFinding(`${image} (${name})`, found), recovery: recoveryFinding(image, found) };
  } catch (error) {
    // Another check reports what is wrong with boot.wim.
    if (error instanceof Win7UsbError && unreadableCodes.includes(error.code)) {
      return skipped(`${file} cannot be read that far: ${reasonBehind(error, file)}`);
    }
    throw error;
  }
}

const unreadableCodes: readonly string[] = ["wim-damaged", "wim-unsupported", "image-truncated"];

function skipped(message: string): { setup: Finding; recovery: Finding } {
  const skip = { status: "skip", message } as const;
  return { setup: skip, recovery: skip };
}

function setupFinding(image: string, found: ReadonlySet<string>): Finding {
  const path = setupPaths.find((candidate) => found.has(candidate));
  if (path !== undefined) return { status: "pass", message: `${image} is set to boot and holds Setup (${path})` };
  const message = `${image} is set to boot, but holds none of ${setupPaths.join(", ")}: it starts something else than Setup`;
  return { status: "warn", message };
}

function recoveryFinding(image: string, found: ReadonlySet<string>): Finding {
  if (found.has(recoveryPath))
    return { status: "pass", message: `${image} holds the recovery tools (${recoveryPath})` };
  const message = `${image} has no recovery tools (${recoveryPath}): "Repair your computer" will not work`;
  return { status: "warn", message };
}
