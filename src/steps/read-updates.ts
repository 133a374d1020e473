/** A folder of updates of the host, read for the image's Windows. */
import { driverArchitectureOf } from "../drivers/index.js";
import { Win7UsbError } from "../errors.js";
import { readHostFolder } from "../source/host-folder.js";
import type { Wish } from "../windows/customise/index.js";
import { chooseUpdates } from "../windows/customise/updates/choose-updates.js";
import type { ReadUpdate } from "../windows/customise/updates/read-update.js";
import { isUpdateName, readUpdate } from "../windows/customise/updates/read-update.js";
import type { RefusedUpdate } from "../windows/customise/updates/unfit-updates.js";
import { unfitUpdates } from "../windows/customise/updates/unfit-updates.js";
import type { WindowsIdentity } from "../windows/identity.js";
import { listSha256 } from "./read-folder.js";

export type ReadUpdates = {
  readonly wish: Wish;
  /** Of the updates that are taken, as of a folder that holds them alone. */
  readonly sha256: () => Promise<string>;
  /** Throws `input-changed` where one of those is not what it was. */
  readonly assertUnchanged: () => Promise<void>;
};

/** All updates that were ever made for Windows 7 are some thousand. */
const updatesLimits = { entries: 10_000, depth: 16 };

/** Throws what reading a folder throws, `no-updates`, and `updates-unfit` with all that are not for this Windows. */
export async function readUpdates(path: string, windows: WindowsIdentity): Promise<ReadUpdates> {
  const architecture = driverArchitectureOf(windows.architecture);
  const { files } = await readHostFolder(path, updatesLimits);
  const candidates = files.filter((file) => isUpdateName(file.path));
  if (candidates.length === 0) throw noUpdates(path);
  const read: ReadUpdate[] = [];
  const refused: RefusedUpdate[] = [];
  for (const { path: name, source } of candidates) {
    const result = await readUpdate({ path: name, source }, architecture);
    if ("code" in result) refused.push({ path: name, refusal: result });
    else read.push(result);
  }
  if (refused.length > 0) throw unfitUpdates(refused, architecture);
  const chosen = chooseUpdates(read);
  const taken = new Set(chosen.ordered.map((update) => update.path));
  const used = candidates.filter((file) => taken.has(file.path));
  const passedOver = files.map((file) => file.path).filter((name) => !isUpdateName(name));
  return {
    wish: { kind: "updates", chosen, passedOver },
    sha256: () => listSha256({ files: used, folders: [] }),
    async assertUnchanged() {
      for (const file of used) await file.assertUnchanged();
    },
  };
}

function noUpdates(path: string): Win7UsbError {
  return new Win7UsbError("no-updates", `there is no update (.msu, .cab) in ${path}`, {
    hint: "Name the folder that holds the files of the Microsoft Update Catalog.",
    data: { path },
  });
}
