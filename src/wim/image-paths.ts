/** Whether an image holds certain files: for what setup needs and what recovery tools there are. */
import { readImageMetadata } from "./compression/read-metadata.js";
import type { Wim } from "./index.js";
import { walkMetadata } from "./metadata-walk.js";

/**
 * Which of `wanted` the image has: paths from its root, separated by `/`, matched without regard to case and returned as
 * they were asked for. `image` is counted from 1. Throws `wim-damaged` where there is no such image or its metadata is none.
 */
export async function pathsInImage(wim: Wim, image: number, wanted: readonly string[]): Promise<Set<string>> {
  const data = await readImageMetadata(wim, image);
  const asked = new Map(wanted.map((path) => [path.toUpperCase(), path]));
  const deepest = Math.max(...wanted.map((path) => path.split("/").length));
  const found = new Set<string>();
  walkMetadata(data, wim, (visited) => {
    // Paths cost more than the walk, and most entries lie deeper than what is asked for.
    if (visited.depth > deepest) return;
    const path = asked.get(visited.path().toUpperCase());
    if (path !== undefined) found.add(path);
  });
  return found;
}
