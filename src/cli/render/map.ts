/** What lies where on a stick, as blocks: `--map`. */
import type { Mismatch } from "../../check/index.js";
import type { MapMark } from "../../record/map-legend.js";
import type { DiskLayout } from "../../volumes/disk-layout.js";
import { styleFor, type Style } from "../style.js";
import type { Terminal } from "../terminal.js";

/** As wide as the terminal; what differs is marked. */
export async function mapBlocks(
  layout: DiskLayout,
  terminal: Terminal,
  mismatches: readonly Mismatch[] = [],
): Promise<string> {
  const [{ diskMap }, { cellsForText, mapText }] = await Promise.all([
    import("../../record/disk-map.js"),
    import("../../record/map-text.js"),
  ]);
  const { cells, perLine } = cellsForText(terminal.columns);
  const style = styleFor(terminal);
  const paint = (mark: MapMark, text: string): string => {
    const colour = colours[mark];
    return colour === undefined ? text : style[colour](text);
  };
  return mapText(diskMap(layout, { cells, mismatches }), { perLine, unicode: terminal.unicode, paint });
}

/** Files are in the terminal's own colour. */
const colours: Readonly<Partial<Record<MapMark, keyof Style>>> = {
  boot: "good",
  structure: "warning",
  free: "faint",
  differs: "bad",
};
