/**
 * The picture of a disk as SVG within a page. Colour is never the only sign: each kind of area has a shape of its own, which
 * is seen in print and by who cannot tell the colours apart. Classes are those of record-style.ts.
 */
import { htmlText } from "./html-text.js";
import type { DiskMap, MapGroup } from "./disk-map.js";
import { toTenths } from "./svg-number.js";
import { groupWords, mapInWords, markOf, type MapMark } from "./map-legend.js";

export const svgBlocksInLine = 64;
/** Units of the picture: from block to block, and the block itself. */
const pitch = 10;
const side = 8.6;

export function mapSvg(map: DiskMap): string {
  const lines = Math.ceil(map.cells / svgBlocksInLine);
  const width = svgBlocksInLine * pitch - (pitch - side);
  const height = lines * pitch - (pitch - side);
  const covered = new Set(map.differing);
  const groups = map.groups.map((group) => groupSvg(group, covered)).join("");
  const differing = map.differing.length === 0 ? "" : differingSvg(map);
  return (
    `<svg class="map" viewBox="0 0 ${width} ${height}" role="img" aria-label="Map of the disk: ${htmlText(mapInWords(map))}">` +
    `${groups}${differing}</svg>`
  );
}

/** One block by itself, for the legend. */
export function markSvg(mark: MapMark): string {
  const number = rankText(mark, 0);
  return `<svg class="key" viewBox="0 0 ${side} ${side}" aria-hidden="true"><path class="${classOf(mark)}" d="${shapeOf(mark, 0)}"/>${number}</svg>`;
}

const isRank = (mark: MapMark): boolean => /^\d$/.test(mark);

const classOf = (mark: MapMark): string => (isRank(mark) ? `file file${mark}` : mark);

/** Without the blocks that show something else: a cross has holes. */
function groupSvg(group: MapGroup, covered: ReadonlySet<number>): string {
  const mark = markOf(group);
  const all = Array.from({ length: group.cells }, (_, index) => group.firstCell + index);
  const cells = all.filter((cell) => !covered.has(cell));
  if (cells.length === 0) return "";
  const shapes = cells.map((cell) => shapeOf(mark, cell)).join("");
  const title = `<title>${htmlText(groupWords(group))}</title>`;
  return `<path class="${classOf(mark)}" d="${shapes}">${title}</path>${rankText(mark, cells[0]!)}`;
}

/** The number of a file in its first block, as in the legend. */
function rankText(mark: MapMark, cell: number): string {
  if (!isRank(mark)) return "";
  const { x, y } = placeOf(cell);
  return `<text x="${toTenths(x + side / 2)}" y="${toTenths(y + side * 0.82)}">${mark}</text>`;
}

function differingSvg(map: DiskMap): string {
  const shapes = map.differing.map((cell) => shapeOf("differs", cell)).join("");
  return `<path class="differs" d="${shapes}"><title>not as it was written</title></path>`;
}

function placeOf(cell: number): { readonly x: number; readonly y: number } {
  return { x: (cell % svgBlocksInLine) * pitch, y: Math.floor(cell / svgBlocksInLine) * pitch };
}

/**
 * Files are whole squares, structures have a hole, what boots is a lozenge in a frame, free space a dot, and a cross is what
 * differs.
 */
function shapeOf(mark: MapMark, cell: number): string {
  const { x, y } = placeOf(cell);
  const square = `M${x} ${y}h${side}v${side}h-${side}z`;
  if (mark === "free") return `M${toTenths(x + 3)} ${toTenths(y + 3)}h2.6v2.6h-2.6z`;
  if (mark === "structure") return `${square}M${toTenths(x + 2.6)} ${toTenths(y + 2.6)}v3.4h3.4v-3.4z`;
  if (mark === "boot") return `${square}M${toTenths(x + 4.3)} ${toTenths(y + 1.6)}l-2.7 2.7l2.7 2.7l2.7 -2.7z`;
  if (mark === "differs")
    return `${square}M${toTenths(x + 0.8)} ${toTenths(y + 1.9)}l1.1 -1.1l2.4 2.4l2.4 -2.4l1.1 1.1l-2.4 2.4l2.4 2.4l-1.1 1.1l-2.4 -2.4l-2.4 2.4l-1.1 -1.1l2.4 -2.4z`;
  return mark === "small" ? `${square}M${x} ${toTenths(y + 3.9)}v.8h${side}v-.8z` : square;
}
