/** The image and the map that a disc is read into: begun, or gone on with. */
import { exactSize } from "../../bytes/amounts.js";
import { findDiscImage, mapPathOf, openDiscImage, type DiscImage, type OpenDiscImage } from "../../drive/disc-image.js";
import { requireRoom } from "../../drive/free-space.js";
import { discSectorSize } from "../../drive/optical-disc.js";
import { Win7UsbError } from "../../errors.js";
import { runEnd } from "../../extents/extent.js";
import { formatMap, mapFileLimit, parseMap } from "../../read/map-file.js";
import { forgetFailures, freshState, Rescue } from "../../read/rescue.js";
import { RescueMap } from "../../read/rescue-map.js";
import { packageVersion } from "../../version.js";

export type OutputChoices = {
  /** Replace an image that is there. */
  readonly force: boolean;
  /** What another copy of the disc could not give is read from this one. */
  readonly fill: boolean;
  readonly retries: number;
};

export type Output = {
  readonly image: DiscImage;
  readonly rescue: Rescue;
  /** Whether the image was there. */
  readonly isResumed: boolean;
  /** Before it is written to, and behind all that it may be refused for. */
  begin(): Promise<void>;
  save(): Promise<void>;
};

/** Bytes of a large read, which fails as a whole: 64 sectors, more than a drive gives at once. */
export const largeRead = 64 * discSectorSize;

/** Throws `target-exists`, `map-unusable`, `no-space` and what opening a file throws. */
export async function openOutput(
  path: string,
  disc: { readonly path: string; readonly size: number },
  choices: OutputChoices,
): Promise<Output> {
  const { how, rescue } = await planOutput(path, disc.size, choices);
  if (how !== "resume") await requireRoom([path], disc.size);
  const heading = [
    `Mapfile. Created by win7usb version ${packageVersion}`,
    `To go on with GNU ddrescue: ddrescue -d -b ${discSectorSize} -s ${disc.size} <drive> <image> <map>`,
  ];
  const text = (): string => formatMap(rescue, [...heading, statusWords(rescue)]);
  const image = await openDiscImage(path, how);
  return {
    image,
    rescue,
    isResumed: how === "resume",
    begin: () => image.begin(disc.size, text()),
    save: () => image.save(text()),
  };
}

function statusWords({ state, map }: Rescue): string {
  if (state.status === "finished" && map.bytes("finished") === map.size) return "Finished";
  if (state.status === "finished") return `Finished, ${map.size - map.bytes("finished")} bytes could not be read`;
  return `Unfinished: ${state.status}, pass ${state.pass}`;
}

async function planOutput(
  path: string,
  size: number,
  { force, fill, retries }: OutputChoices,
): Promise<{ readonly how: OpenDiscImage; readonly rescue: Rescue }> {
  const found = await findDiscImage(path, mapFileLimit);
  const mapPath = mapPathOf(path);
  const isThere = found.size !== null && found.size > 0;
  const options = { sectorSize: discSectorSize, clusterSize: largeRead, retries };
  const fresh = (how: OpenDiscImage) => ({ how, rescue: new Rescue(new RescueMap(size), size, freshState, options) });
  if (fill && (!isThere || found.map === null)) {
    throw new Win7UsbError("usage", `there is nothing to fill: ${isThere ? mapPath : path} is not there`, {
      hint: "Read the first copy of the disc into this file before.",
      data: { choice: "fill", path },
    });
  }
  if (force && !fill) return fresh(found.size === null ? "create" : "replace");
  if (found.map === null) {
    if (isThere) throw foreign(path, mapPath);
    return fresh("create");
  }
  const { map, state } = parseMap(found.map, mapPath);
  const last = map.runs("finished").at(-1);
  const claimed = Math.min(size, last === undefined ? 0 : runEnd(last));
  if (claimed > (found.size ?? 0)) {
    const seen = found.size === null ? `there is no ${path}` : `${path} has ${exactSize(found.size)}`;
    throw new Win7UsbError("map-unusable", `${mapPath} says that ${exactSize(claimed)} were read, but ${seen}`, {
      hint: "Put the image back beside its map, or remove the map and begin anew.",
      data: { map: mapPath, claimed, size: found.size },
    });
  }
  if (!isThere) return fresh("create");
  if (fill) forgetFailures(map);
  return { how: "resume", rescue: new Rescue(map, size, fill ? freshState : state, options) };
}

function foreign(path: string, mapPath: string): Win7UsbError {
  return new Win7UsbError("target-exists", `${path} exists already, and no map ${mapPath} says what of it was read`, {
    hint: "Choose another name.",
    data: { target: path, map: mapPath },
  });
}
