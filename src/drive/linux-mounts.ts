/** Parsers of /proc/self/mountinfo (mounts) and /proc/swaps (proc(5)). Pure. */

export type Mount = {
  /** `major:minor`; not that of a block device (`0:n`) for overlay, btrfs and the like. */
  readonly deviceNumber: string;
  readonly path: string;
  readonly fileSystem: string;
  /** What was mounted: often a device's path; several where the file system names all of its devices (bcachefs). */
  readonly sources: readonly string[];
  /** The overlay's folders (lowerdir, upperdir) that lie on other mounts; empty for other file systems. */
  readonly layers: readonly string[];
};

/** proc(5): fields 1 to 6, optional fields, a lone hyphen, then file system type, source and super options. */
export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const fields = line.split(" ");
    const separator = fields.indexOf("-", 6);
    const [, , deviceNumber, , path] = fields;
    if (deviceNumber === undefined || path === undefined || separator < 0) continue;
    const [fileSystem = "", source = "", options = ""] = fields.slice(separator + 1);
    const layers = fileSystem === "overlay" ? overlayLayers(unescapePath(options)) : [];
    const sources = fileSystem === "bcachefs" ? source.split(":") : [source];
    mounts.push({ deviceNumber, path: unescapePath(path), fileSystem, sources: sources.map(unescapePath), layers });
  }
  return mounts;
}

/** Folders of an overlay; those of `lowerdir` are separated by colons. */
function overlayLayers(options: string): string[] {
  const layers: string[] = [];
  for (const option of options.split(",")) {
    const [key, value] = option.split("=", 2);
    if (value === undefined || (key !== "lowerdir" && key !== "upperdir")) continue;
    for (const folder of value.split(":")) if (folder.startsWith("/")) layers.push(folder);
  }
  return layers;
}

/** Paths of active swap: devices and files. The first line is a heading. */
export function parseSwaps(text: string): string[] {
  const paths: string[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [path] = line.split(/\s+/);
    if (path !== undefined && path !== "") paths.push(unescapePath(path));
  }
  return paths;
}

/** Blanks, tabs, line ends and backslashes are written as three octal digits. */
function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The mount that a path lies on: the longest mount path above it, the latest of equal ones. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const prefix = mount.path === "/" ? "/" : `${mount.path}/`;
    if (path !== mount.path && !path.startsWith(prefix)) continue;
    if (best === undefined || mount.path.length >= best.path.length) best = mount;
  }
  return best;
}
