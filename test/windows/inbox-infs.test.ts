/** INFs out of an image: which files are INFs, and what a WIM may not claim of them. */
import { describe, expect, it } from "vitest";
import { directory, file, fixedTime } from "../../fixtures/windows7/nodes.js";
import { writeWim } from "../../fixtures/wim/writer.js";
import { infSizeLimit } from "../../src/drivers/limits.js";
import { memorySource } from "../../src/source/byte-source.js";
import type { FileTree } from "../../src/tree/index.js";
import { openWim } from "../../src/wim/index.js";
import { lookupTableEntryRecord } from "../../src/wim/lookup-table.js";
import { resourceFlags, resourceHeaderRecord } from "../../src/wim/resource.js";
import { visitInboxInfs } from "../../src/windows/inbox-infs.js";

const wimOf = (tree: FileTree): Promise<Uint8Array> =>
  writeWim([{ name: "Windows", creationTime: fixedTime, lastModificationTime: fixedTime, tree }]);

async function pathsIn(wim: Uint8Array): Promise<string[]> {
  const paths: string[] = [];
  await visitInboxInfs([await openWim(memorySource(wim))], 1, (path) => paths.push(path));
  return paths.toSorted();
}

const inf = (name: string) => file(name, `; ${name}`);

describe("INFs of an image", () => {
  it("are those of inf and of the driver store, in any case, each content once", async () => {
    const store = directory("FileRepository", [
      directory("a.inf_x86", [inf("a.inf"), inf("a.sys"), directory("sub", [inf("deep.inf")])]),
      directory("b.inf_x86", [inf("b.INF")]),
      inf("stray.inf"),
    ]);
    const tree = directory("", [
      directory("WINDOWS", [
        directory("INF", [inf("a.inf"), inf("c.inf"), inf("c.PNF")]),
        directory("System32", [directory("DriverStore", [store]), inf("not.inf")]),
      ]),
      directory("inf", [inf("root.inf")]),
    ]);
    const names = (await pathsIn(await wimOf(tree))).map((path) => path.replace(/^.*\//, ""));
    expect(names.toSorted()).toEqual(["a.inf", "b.INF", "c.inf"]);
  });

  it("are none where there is no Windows", async () => {
    expect(await pathsIn(await wimOf(directory("", [inf("a.inf")])))).toEqual([]);
  });

  it("that claim to be more than any Windows has are not decoded", async () => {
    const infs = Array.from({ length: 65 }, (_, at) => inf(`${at}.inf`));
    const wim = await wimOf(directory("", [directory("Windows", [directory("inf", infs)])]));
    const { header } = await openWim(memorySource(wim));
    const { offset, size } = header.lookupTable;
    for (let at = offset; at < offset + size; at += lookupTableEntryRecord.size) {
      const { flags } = resourceHeaderRecord.decode(wim, at);
      if ((flags & resourceFlags.metadata) !== 0) continue;
      resourceHeaderRecord.patch(wim, at, { flags: resourceFlags.compressed, originalSize: infSizeLimit });
    }
    await expect(pathsIn(wim)).rejects.toMatchObject({ code: "wim-unsupported", message: /INFs have 520 MiB/ });
  });
});
