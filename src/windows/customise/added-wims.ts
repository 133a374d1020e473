/** Damage of a WIM that was laid over the image's: it is the person's own file, and fetching the image again mends nothing. */
import { upCase } from "../../bytes/up-case.js";
import { Win7UsbError } from "../../errors.js";
import type { Edit } from "./edit.js";

/** `error`, with what helps where the WIM that it is about was added; as it is otherwise. */
export function blamingAdded(error: unknown, edits: readonly Edit[]): unknown {
  if (!(error instanceof Win7UsbError)) return error;
  const { code, message, data, cause, others } = error;
  const wim = data["wim"];
  if (code !== "wim-damaged" || typeof wim !== "string") return error;
  const changes = edits.filter(({ kind }) => kind === "add").flatMap((edit) => edit.changes);
  if (!changes.some(({ path }) => upCase(path) === upCase(wim))) return error;
  const hint = "It is one of the files that are added, and damaged: take a sound one, or leave it out.";
  return new Win7UsbError(code, message, { hint, data, cause, others });
}
