/** Whatever a disc's files hold, it is identified or one of our own errors is thrown, and refusals can be listed. */
import { array, assert, asyncProperty, constantFrom, nat, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import { Win7UsbError } from "../../src/errors.js";
import type { FileTree } from "../../src/tree/index.js";
import { contentSource, find } from "../../src/tree/index.js";
import { checkBootFiles, identify, suitabilityRefusals } from "../../src/windows/index.js";
import { replaceFile } from "../support/tree-edits.js";
import { rounds } from "../support/sample.js";

const whole = await windows7Tree({ editions: ["Ultimate"], payloadSize: 100 });
const textFiles = ["ei.cfg", "idwbinfo.txt", "cversion.ini", "lang.ini"].map((name) => `sources/${name}`);
const wims = ["sources/install.wim", "sources/boot.wim"];

async function contentOf(path: string): Promise<Uint8Array> {
  const node = find(whole, path);
  return node?.kind === "file" ? contentSource(node).read(0, node.size) : Promise.reject(new Error(path));
}

async function look(tree: FileTree): Promise<void> {
  try {
    const identity = await identify(tree, { volumeLabel: windows7Label });
    suitabilityRefusals(identity, tree);
    await checkBootFiles(tree, null);
  } catch (error) {
    if (!(error instanceof Win7UsbError)) throw error;
    expect(["wim-damaged", "wim-unsupported"]).toContain(error.code);
  }
}

describe("a disc that was tampered with", async () => {
  const contents = new Map<string, Uint8Array>();
  for (const path of [...textFiles, ...wims]) contents.set(path, await contentOf(path));

  it("throws only our own errors, wherever a WIM is changed", async () => {
    const change = record({ place: nat(2 ** 30), value: nat(255) });
    await assert(
      asyncProperty(constantFrom(...wims), array(change, { minLength: 1, maxLength: 6 }), async (path, changes) => {
        const data = contents.get(path)!.slice();
        // Half of the changes go to the last 4 KiB, where the lookup table and the XML data are.
        for (const { place, value } of changes) {
          const span = place % 2 === 0 ? data.length : 4096;
          data[data.length - 1 - (place % span)] = value;
        }
        await look(replaceFile(whole, path, data));
      }),
      { numRuns: rounds(1000) },
    );
  });

  it("throws only our own errors, whatever the text files hold", async () => {
    await assert(
      asyncProperty(constantFrom(...textFiles), uint8Array({ maxLength: 300 }), nat(400), async (path, noise, size) => {
        const text = contents.get(path)!;
        await look(replaceFile(whole, path, noise));
        await look(replaceFile(whole, path, Uint8Array.of(...text.subarray(0, size), ...noise)));
        await look(replaceFile(whole, path, Uint8Array.of(0xff, 0xfe, ...noise)));
      }),
      { numRuns: rounds(500) },
    );
  });
});
