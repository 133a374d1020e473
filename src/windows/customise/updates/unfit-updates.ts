/** What is said of files that are no updates for the image's Windows: all of them at once, each with the reason. */
import { agreeing, count, firstFew } from "../../../bytes/amounts.js";
import type { DriverArchitecture } from "../../../drivers/index.js";
import { Win7UsbError } from "../../../errors.js";
import type { UpdateRefusal } from "./read-update.js";

export type RefusedUpdate = { readonly path: string; readonly refusal: UpdateRefusal };

const namedUpdates = 5;
const listedUpdates = 100;

export function unfitUpdates(refused: readonly RefusedUpdate[], architecture: DriverArchitecture): Win7UsbError {
  const each = refused.map(({ path, refusal }) => `${path} (${reasonWords(refusal)})`);
  const { length } = refused;
  const verb = agreeing(length, "is", "are");
  const message = `${count(length, "file")} of the updates ${verb} not for Windows 7 (${architecture}): ${firstFew(each, namedUpdates)}`;
  return new Win7UsbError("updates-unfit", message, {
    hint: `Take ${length === 1 ? "it" : "them"} out of the folder; updates are had for each version and architecture by themselves.`,
    data: { updates: refused.slice(0, listedUpdates).map(({ path, refusal }) => ({ path, ...refusal })) },
  });
}

const windowsNames: Readonly<Record<string, string>> = {
  "6.0": "Vista",
  "6.2": "8",
  "6.3": "8.1",
  "10.0": "10 or later",
};

function reasonWords(refusal: UpdateRefusal): string {
  switch (refusal.code) {
    case "other-architecture":
      return `for ${refusal.architecture === "amd64" ? "x64" : refusal.architecture}`;
    case "other-windows":
      return `for Windows ${refusal.windows.map((version) => windowsNames[version] ?? version).join(", ")}`;
    default:
      return refusal.reason;
  }
}
