/**
 * What is as large as each limit allows, made to cost as much as it can: it is read, verified, looked into and laid out in
 * a process of its own, whose memory and time are measured. A limit that is set too high fails here.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LimitResult, Programs } from "../support/hostile/child.js";
import { compilePrograms } from "../support/hostile/child.js";
import { sample } from "../support/sample.js";

/** KiB of resident memory, Node's own 50 MiB included. */
const memoryLimit = 400 * 1024;
/** Milliseconds of the processor: what is slow for a person, but no hang. */
const timeLimit = 20_000;
/** Milliseconds of the clock, while others use the machine. */
const wallLimit = 300_000;

/** With the step whose end shows that the case is what it says; a limit that is lowered changes some of them. */
const cases: readonly (readonly ["wim" | "iso" | "hive", string, string])[] = [
  ["wim", "a lookup table full of entries", "verifyWim: done"],
  ["wim", "an integrity table full of chunks", "integrityTable: done"],
  ["wim", "metadata full of entries", "pathsInImage: done"],
  ["wim", "metadata full of entries without content", "pathsInImage: done"],
  ["wim", "metadata of the deepest nesting", "pathsInImage: done"],
  ["wim", "metadata of the longest paths", "pathsInImage: done"],
  ["wim", "metadata of a path without end", "pathsInImage: wim-unsupported"],
  ["wim", "XML data full of elements", "openWim: done"],
  ["wim", "XML data full of text and elements", "openWim: done"],
  ["wim", "XML data full of attributes", "openWim: done"],
  ["wim", "XML data full of entities", "openWim: done"],
  ["wim", "XML data full of images", "openWim: wim-damaged"],
  ["wim", "XML data of as many images as there may be", "lookupTable: done"],
  ["wim", "XML data nested throughout", "openWim: wim-unsupported"],
  ["wim", "XML data with a root of a long name", "openWim: wim-damaged"],
  ["wim", "XML data with a text of full length", "openWim: done"],
  ["wim", "resources that say they hold a TiB", "verifyWim: done"],
  ["wim", "one resource under every entry", "verifyWim: done"],
  ["wim", "one resource as the metadata of every image", "verifyWim: done"],
  ["iso", "a UDF volume of the most names", "plan ntfs: done"],
  ["iso", "a UDF volume of the most names, long ones", "plan ntfs: done"],
  ["iso", "a UDF volume of the most names, far down", "plan ntfs: done"],
  ["iso", "a UDF volume of the longest paths", "plan ntfs: done"],
  ["iso", "an ISO 9660 volume of the most files", "plan ntfs: done"],
  ["iso", "an ISO 9660 volume of the most directories", "plan ntfs: done"],
  ["iso", "files of the most extents", "plan ntfs: done"],
  ["iso", "a file of hundreds of TiB", "plan ntfs: too-small"],
  ["iso", "a file whose every block lies elsewhere", "readImage: image-unsupported"],
  ["iso", "a split set of as many parts as it says", "identify: done"],
  ["hive", "a hive that is one circle", "readBootConfiguration: done"],
  ["hive", "a hive that is one circle with a long name", "readBootConfiguration: done"],
  ["hive", "a hive of the most keys, each below another", "edit hive: done"],
  ["hive", "a hive of one value in a list that is as long as can be", "edit hive: hive-damaged"],
  ["hive", "a hive of one leaf in an index that is as long as can be", "edit hive: hive-damaged"],
];

let programs: Programs;
beforeAll(() => {
  programs = compilePrograms("limits", wallLimit);
});
afterAll(() => programs.remove());

describe("what is as large as its limit", () => {
  it.each(sample(cases, 5, ([kind]) => kind))("%s: %s", { timeout: 600_000 }, async (kind, name, outcome) => {
    const path = join(programs.folder, "case.bin");
    await programs.run("make", kind, name, path);
    const result = (await programs.run("run", kind, name, path)) as LimitResult;
    rmSync(path);
    if (process.env["FUZZ_SHOW"] !== undefined) console.log(name, result);
    expect(Object.keys(result.outcomes)).toContain(outcome);
    expect(result.peakKiB).toBeLessThan(memoryLimit);
    expect(result.milliseconds).toBeLessThan(timeLimit);
  });
});
