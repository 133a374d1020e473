/** Where a record must not lie: it would be lost with a drive, change what is checked, or become a part of what is read. */
import { dirname, resolve } from "node:path";
import { drivesHolding } from "../../drive/holding.js";
import { DriveListing } from "../../drive/list.js";
import { imageFileIdentity, requireOtherThanInputs } from "../../drive/same-file.js";
import { inspectTarget } from "../../drive/target.js";
import { Win7UsbError } from "../../errors.js";
import { addedFolder } from "../edit-options.js";
import type { Invocation } from "../options.js";

/** Throws `usage`: among them that two records, or a record and what is read or made, are one file. */
export async function requireOwnPlaces(paths: readonly string[], invocation: Invocation): Promise<void> {
  const { operands, options } = invocation;
  const given = [
    ...operands,
    ...("iso" in options && options.iso !== undefined ? [options.iso] : []),
    ...("log" in options && options.log !== undefined ? [options.log] : []),
    ...("answerFile" in options && options.answerFile !== undefined ? [options.answerFile] : []),
  ];
  const folders = [
    ...("drivers" in options ? options.drivers : []),
    ...("add" in options ? options.add.map((word) => addedFolder(word).folder) : []),
    ...("updates" in options && options.updates !== undefined ? [options.updates] : []),
  ];
  const taken = new Map<string, string>();
  for (const other of given) taken.set(await imageFileIdentity(other), other);
  for (const path of paths) {
    const identity = await imageFileIdentity(path);
    const other = taken.get(identity);
    if (other !== undefined) {
      throw new Win7UsbError("usage", `${path} is ${other} itself, and no file for a record`, {
        hint: "Give the record a name of its own.",
      });
    }
    taken.set(identity, path);
    await requireOutside(path, folders);
  }
  if (invocation.command !== "verify") await requireOtherDrives(paths, targetsOf(invocation));
}

function targetsOf({ command, operands }: Invocation): readonly string[] {
  return command === "write" ? operands.slice(1) : operands;
}

async function requireOutside(path: string, folders: readonly string[]): Promise<void> {
  try {
    await requireOtherThanInputs(path, folders);
  } catch (cause) {
    if (!(cause instanceof Win7UsbError)) throw cause;
    throw new Win7UsbError("usage", cause.message, { hint: "Name a file in another folder for the record.", cause });
  }
}

/** What is wrong with a target is the command's to tell. */
async function requireOtherDrives(paths: readonly string[], targets: readonly string[]): Promise<void> {
  const listing = new DriveListing();
  const inspected = await Promise.allSettled(targets.map((target) => inspectTarget(target, listing)));
  const drives = inspected.flatMap((each) => {
    return each.status === "fulfilled" && each.value.kind === "drive" ? [each.value.drive.path] : [];
  });
  if (drives.length === 0) return;
  for (const path of paths) {
    const [holding] = await Promise.allSettled([drivesHolding(dirname(resolve(path)), listing)]);
    const drive = holding.status === "fulfilled" ? drives.find((each) => holding.value.includes(each)) : undefined;
    if (drive === undefined) continue;
    throw new Win7UsbError("usage", `the record ${path} would lie on ${drive}, which is the target`, {
      hint: "Name a file on another drive.",
    });
  }
}
