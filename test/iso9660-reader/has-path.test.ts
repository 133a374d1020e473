/** A path of a disc: found where the whole tree has it, by reading less. */
import { describe, expect, it } from "vitest";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { directory, file, filler } from "../../fixtures/windows7/nodes.js";
import { layoutSource } from "../../src/extents/layout-source.js";
import { hasPath, readImage } from "../../src/iso9660-reader/index.js";
import { find, walk } from "../../src/tree/index.js";
import { watchedSource } from "../support/watched-source.js";
import { fileFlags } from "../../src/iso9660-reader/iso9660/records.js";
import { isoDirectory, isoSourceOf } from "./iso-composer.js";

const tree = directory("", [
  directory("VIDEO_TS", [file("VIDEO_TS.IFO", "DVDVIDEO-VMG")]),
  directory("a", [directory("b", [file("c.txt", "c")])]),
  directory(
    "many",
    Array.from({ length: 3000 }, (_, index) => file(`file${index}.bin`, filler(9, index))),
  ),
]);

const absent = ["VIDEO_TS/VIDEO_TS.BUP", "VIDEO_TS.IFO", "a/b/c.txt/d", "none", "a/none/c.txt"];

describe("a path", () => {
  it("of UDF is found as the tree has it, and directories beside it are not read", async () => {
    const { extents, size } = await buildBridge(tree, { label: "PATHS" });
    const bytes = await layoutSource(extents, size).read(0, size);
    let read = 0;
    const source = watchedSource(bytes, (_, _offset, length) => (read += length));
    const image = await readImage(source);
    const whole = read;
    for (const { path } of [...walk(image.tree)].slice(0, 8)) expect(await hasPath(source, path), path).toBe(true);
    for (const path of absent) {
      expect(find(image.tree, path)).toBeUndefined();
      expect(await hasPath(source, path), path).toBe(false);
    }
    read = 0;
    expect(await hasPath(source, "video_ts/video_ts.ifo")).toBe(true);
    expect(read).toBeLessThan(whole / 2);
  });

  it.each([false, true])("of ISO 9660 is found as the tree has it (Joliet: %s)", async (joliet) => {
    const films = { name: "VIDEO_TS", sector: 30, size: 2048, flags: fileFlags.directory };
    const source = isoSourceOf({
      joliet,
      root: [films, { name: "README.TXT;1", sector: 40, size: 5 }],
      sectors: { 30: isoDirectory(30, [{ name: "VIDEO_TS.IFO;1", sector: 41, size: 5 }]) },
      sectorCount: 50,
    });
    const { tree: found } = await readImage(source);
    for (const path of ["VIDEO_TS", "video_ts/video_ts.ifo", "README.TXT", "VIDEO_TS/none", "README.TXT/x", "none"]) {
      expect(await hasPath(source, path), path).toBe(find(found, path) !== undefined);
    }
  });
});
