/** One target by itself, for tests of what holds for each. */
import type { Target } from "../../src/drive/drive.js";
import type { DriveWriter } from "../../src/drive/drive-writer.js";
import { openTargets, type OpenOptions } from "../../src/drive/index.js";

export async function openTarget(target: Target, options: OpenOptions): Promise<DriveWriter> {
  const [writer] = await openTargets([target], options);
  return writer!;
}
