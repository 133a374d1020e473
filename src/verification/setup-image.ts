/**
 * Does the image of boot.wim that starts hold Setup, and the recovery tools behind "Repair your computer"? Only its list of
 * files is read; whether their bytes are sound is for deep verification to say.
 */
import { Win7UsbError } from "../errors.js";
import type { FileTree } from "../tree/index.js";
import { pathsInImage } from "../wim/image-paths.js";
import { bootImagePath, openWimAt } from "../windows/setup-images.js";
import type { Check } from "./verdict.js";

/** From the image's root. Setup lies in both places on Microsoft's discs. */
const setupPaths: readonly string[] = ["setup.exe", "sources/setup.exe"];
const recoveryPath = "sources/recovery/recenv.exe";

const setupBase = { id: "setup-image", kind: "agreement", file: bootImagePath } as const;
const recoveryBase = { id: "recovery-tools", kind: "agreement", file: bootImagePath } as const;

/** Two checks: Setup and the recovery tools. Both are skipped where there is no image to look into. */
export async function setupImageChecks(tree: FileTree): Promise<Check[]> {
  try {
    const wim = await openWimAt(tree, bootImagePath);
    if (wim === null) return skipped("there is no boot.wim");
    const { bootIndex } = wim.header;
    if (bootIndex === 0) return skipped(`no image of ${bootImagePath} is set to boot`);
    const found = await pathsInImage(wim, bootIndex, [...setupPaths, recoveryPath]);
    const name = wim.images.find((image) => image.index === bootIndex)?.name ?? "without a name";
    const image = `${bootImagePath}: image ${bootIndex}`;
    return [setupCheck(`${image} (${name})`, found), recoveryCheck(image, found)];
  } catch (error) {
    // What is wrong with boot.wim is another check's to say.
    if (error instanceof Win7UsbError && unreadableCodes.includes(error.code)) {
      return skipped(`boot.wim cannot be read that far: ${error.message}`);
    }
    throw error;
  }
}

const unreadableCodes: readonly string[] = ["wim-damaged", "wim-unsupported", "image-truncated"];

function skipped(message: string): Check[] {
  return [setupBase, recoveryBase].map((base) => ({ ...base, status: "skip", message }));
}

function setupCheck(image: string, found: ReadonlySet<string>): Check {
  const path = setupPaths.find((candidate) => found.has(candidate));
  if (path !== undefined)
    return { ...setupBase, status: "pass", message: `${image} is set to boot and holds Setup (${path})` };
  const message = `${image} is set to boot, but holds none of ${setupPaths.join(", ")}: it starts something else than Setup`;
  return { ...setupBase, status: "warn", message };
}

function recoveryCheck(image: string, found: ReadonlySet<string>): Check {
  if (found.has(recoveryPath)) {
    return { ...recoveryBase, status: "pass", message: `${image} holds the recovery tools (${recoveryPath})` };
  }
  const message = `${image} has no recovery tools (${recoveryPath}): "Repair your computer" will not work`;
  return { ...recoveryBase, status: "warn", message };
}
