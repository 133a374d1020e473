/** What win7usb does with an image, a WIM or a stick, one step after the other, and what each step may throw. */
import { shapedKey } from "../../../fixtures/windows7/answer-file.js";
import { windows7Tree } from "../../../fixtures/windows7/tree.js";
import { concatenate, fromSource } from "../../../src/extents/layout.js";
import { createHash } from "node:crypto";
import { checkAgainst } from "../../../src/check/index.js";
import { locateManifest } from "../../../src/check/locate-manifest.js";
import { createReadBytes } from "../../../src/check/read-bytes.js";
import { readManifest } from "../../../src/manifest/read-manifest.js";
import type { DriveReader } from "../../../src/drive/drive-reader.js";
import { Win7UsbError } from "../../../src/errors.js";
import { KiB, MiB } from "../../../src/bytes/units.js";
import { assertWhole, readImage } from "../../../src/iso9660-reader/index.js";
import { planDisk, smallestDisk } from "../../../src/volumes/index.js";
import type { ByteSource } from "../../../src/source/byte-source.js";
import { memorySource } from "../../../src/source/byte-source.js";
import type { FileTree } from "../../../src/tree/index.js";
import { contentSource, walk } from "../../../src/tree/index.js";
import { wimSets } from "../../../src/verification/wims.js";
import { pathsInImage } from "../../../src/wim/image-paths.js";
import { openWim } from "../../../src/wim/index.js";
import type { WimPart } from "../../../src/verification/wim/index.js";
import { createInlineExecutor, verifyWimParts } from "../../../src/verification/wim/index.js";
import { caveats, checkBootFiles, identify, suitabilityRefusals } from "../../../src/windows/index.js";
import { CabinetFault, checkBlocks, openCabinet, readCabinetFile } from "../../../src/cabinet/index.js";
import { HiveEditor } from "../../../src/registry/hive-editor.js";
import { parseAnswerFile } from "../../../src/windows/customise/answer-file/document.js";
import { examineAnswerFile } from "../../../src/windows/customise/answer-file/index.js";
import { chooseUpdates } from "../../../src/windows/customise/updates/choose-updates.js";
import { readUpdate } from "../../../src/windows/customise/updates/read-update.js";
import { readBootConfiguration } from "../../../src/windows/boot-configuration.js";
import { setupImageChecks } from "../../../src/verification/setup-image.js";

/** Longer ones tell nobody anything, and hostile text fills them. */
const longestMessage = 4 * KiB;
/** Content that is read of one image, and of one file: sizes are claims. */
const contentLimit = 8 * MiB;
const fileLimit = MiB;
/** Larger than any drive. */
const largestDisk = 2 ** 48;

/** Counts how often each step ended how: a fuzzer that never gets past the first gate shows in it. */
export type Outcomes = Record<string, number>;

export class Steps {
  readonly outcomes: Outcomes = {};

  /** What `step` gives, or undefined where it throws an error of our own; whatever else it throws is a defect. */
  async try<T>(name: string, step: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const result = await step();
      this.#count(`${name}: done`);
      return result;
    } catch (error) {
      if (!(error instanceof Win7UsbError) || error.code === "internal" || error.code === "usage") {
        throw new Error(`${name} threw what is no typed error`, { cause: error });
      }
      checkText(name, error.message);
      this.#count(`${name}: ${error.code}`);
      return undefined;
    }
  }

  #count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }
}

export function checkText(name: string, text: string): void {
  if (text.length > longestMessage) {
    throw new Error(`${name} tells ${text.length} characters: ${text.slice(0, 80)}...`);
  }
}

const createSha1 = () => createHash("sha1");

/** A disc image, from its volume descriptors to the plans of both file systems. */
export async function tryImage(steps: Steps, source: ByteSource): Promise<void> {
  const image = await steps.try("readImage", () => readImage(source));
  if (image === undefined) return;
  const { tree, volumeLabel } = image;
  for (const { message } of image.warnings) checkText("a warning", message);
  await steps.try("assertWhole", () => assertWhole(image));
  await readContents(steps, tree);
  await tryWindows(steps, tree, volumeLabel);
  const first = image.elTorito?.entries[0] ?? null;
  await steps.try("checkBootFiles", () => checkBootFiles(tree, first));
  for (const { parts } of wimSets(tree)) {
    await tryWim(
      steps,
      parts.map(({ path, file }) => ({ name: path, source: contentSource(file) })),
    );
  }
  await tryLayouts(steps, tree, volumeLabel);
}

async function readContents(steps: Steps, tree: FileTree): Promise<void> {
  let left = contentLimit;
  for (const { node } of walk(tree)) {
    if (node.kind !== "file" || left <= 0) continue;
    const length = Math.min(node.size, fileLimit);
    left -= length;
    const content = contentSource(node);
    await steps.try("read content", () => content.read(0, length));
    await steps.try("read content", () => content.read(node.size - Math.min(length, 512), Math.min(length, 512)));
  }
}

async function tryWindows(steps: Steps, tree: FileTree, volumeLabel: string): Promise<void> {
  const identity = await steps.try("identify", () => identify(tree, { volumeLabel }));
  if (identity !== undefined) {
    await steps.try("refusals", () => {
      for (const { message } of [...suitabilityRefusals(identity, tree), ...caveats(identity), ...identity.warnings]) {
        checkText("a refusal or warning", message);
      }
    });
  }
  await steps.try("setupImageChecks", () => setupImageChecks(tree));
}

/** Any file system, on the smallest disk and on one that is larger. */
async function tryLayouts(steps: Steps, tree: FileTree, label: string): Promise<void> {
  for (const fileSystem of ["fat32", "ntfs"] as const) {
    const options = { fileSystem, label };
    const size = await steps.try(`smallest ${fileSystem}`, () => smallestDisk(tree, options));
    if (size === undefined || size > largestDisk) continue;
    await steps.try(`plan ${fileSystem}`, () => planDisk(tree, { diskSize: size }, options));
  }
}

/** A WIM, or all parts of one: opened, verified in depth on this thread, and looked into. */
export async function tryWim(steps: Steps, parts: readonly WimPart[]): Promise<void> {
  const report = await steps.try("verifyWim", () =>
    verifyWimParts(parts, (setup) => createInlineExecutor(setup, createSha1), createSha1),
  );
  for (const { message } of [...(report?.checks ?? []), ...(report?.failures ?? [])]) checkText("verifyWim", message);
  const [first] = parts;
  if (first === undefined) return;
  const wim = await steps.try("openWim", () => openWim(first.source, first.name));
  if (wim === undefined) return;
  await steps.try("integrityTable", () => wim.integrityTable());
  const table = await steps.try("lookupTable", () => wim.lookupTable());
  for (let image = 1; image <= Math.min(table?.metadata.length ?? 0, 4); image += 1) {
    await steps.try("pathsInImage", () => pathsInImage(wim, image, ["sources/setup.exe", "Windows"]));
  }
}

/** The parts of a hostile WIM as a disc's install.wim and boot.wim. */
export async function tryWimOnDisc(steps: Steps, parts: readonly Uint8Array[]): Promise<void> {
  const sources: ByteSource[] = parts.map(memorySource);
  await tryWim(
    steps,
    sources.map((source, index) => ({ name: `part ${index + 1}`, source })),
  );
  const children = ["install.wim", "boot.wim"].map((name) => {
    const size = sources[0]!.size;
    return {
      kind: "file" as const,
      name,
      times: {},
      attributes: {},
      size,
      content: concatenate([fromSource(sources[0]!)]),
    };
  });
  const folder = { kind: "directory" as const, name: "sources", times: {}, attributes: {}, children };
  await tryWindows(steps, { ...folder, name: "", children: [folder] }, "GSP1RMCPRFRER_EN_DVD");
}

/** A stick as `check` looks at it: its manifest, and the volume where its structures differ. */
export async function tryStick(steps: Steps, reader: DriveReader): Promise<void> {
  const found = await steps.try("locateManifest", () => locateManifest(reader, createReadBytes(reader)));
  if (found?.read.kind !== "manifest") {
    checkText("locateManifest", found?.read.reason ?? "");
    await steps.try(`manifest ${found?.read.kind}`, () => undefined);
    return;
  }
  const { manifest } = found.read;
  const options = { reader, begin: () => undefined, advanced: () => undefined };
  await steps.try(`check ${manifest.fileSystem}`, async () => {
    const { mismatches } = await checkAgainst({ kind: "manifest", manifest, found }, options);
    for (const { path } of mismatches) checkText("a mismatch", path ?? "");
  });
}

/** A manifest by itself, as it lies at `offset` of a stick. */
export async function tryManifest(steps: Steps, bytes: Uint8Array, offset: number): Promise<void> {
  const read = await steps.try("readManifest", () => readManifest(bytes, offset));
  if (read !== undefined && read.kind !== "manifest") checkText("readManifest", read.reason);
  await steps.try(`manifest ${read?.kind}`, () => undefined);
}

/** An answer file for the disc that the fixture makes; the key of the inputs is never told. */
export async function tryAnswerFile(steps: Steps, bytes: Uint8Array): Promise<void> {
  const root = await steps.try("parseAnswerFile", () => parseAnswerFile(bytes));
  if (typeof root === "string") return checkText("parseAnswerFile", root);
  await steps.try("answer file", () => undefined);
  const tree = await disc;
  const windows = await identify(tree);
  const context = { tree, windows, allow: ["unattended-wipe"], edition: undefined };
  await steps.try("examineAnswerFile", async () => {
    try {
      return await examineAnswerFile(bytes, "the file", context);
    } catch (error) {
      if (error instanceof Win7UsbError && `${error.message}${JSON.stringify(error.data)}`.includes(shapedKey)) {
        throw new Error("a key is told", { cause: error });
      }
      throw error;
    }
  });
}

const disc = windows7Tree();

/** A cabinet: as an update, its tables, its blocks, and each of its first files. */
export async function tryCabinet(steps: Steps, source: ByteSource): Promise<void> {
  for (const path of ["a.cab", "a.msu"]) {
    const read = await steps.try("readUpdate", () => readUpdate({ path, source }, "x86"));
    if (read !== undefined && !("code" in read)) await steps.try(`update ${read.kind}`, () => chooseUpdates([read]));
    else if (read !== undefined && "reason" in read) checkText("readUpdate", read.reason);
  }
  const cabinet = await steps.try("openCabinet", () => foreseenFault(() => openCabinet(source)));
  if (cabinet === undefined) return;
  await steps.try("checkBlocks", () => foreseenFault(() => checkBlocks(cabinet)));
  for (const file of cabinet.files.slice(0, 5)) {
    await steps.try("readCabinetFile", () => foreseenFault(() => readCabinetFile(cabinet, file, MiB)));
  }
}

/** A fault is one of the errors that `Steps` knows. */
async function foreseenFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CabinetFault ? new Win7UsbError("input-unsupported", error.message) : error;
  }
}

/** A registry hive: as a boot configuration store, and edited twice. */
export async function tryHive(steps: Steps, source: ByteSource): Promise<void> {
  const data = await source.read(0, source.size);
  await steps.try("readBootConfiguration", () => readBootConfiguration(data));
  const edited = await steps.try("edit hive", () => editHive(data));
  // What was edited is sound for the editor, or was not to be edited.
  if (edited !== undefined) editHive(edited);
}

function editHive(hive: Uint8Array): Uint8Array {
  const editor = new HiveEditor(hive, { name: "the hive", time: 1n });
  const [first = "first", second = "second"] = editor.subkeys([])!;
  for (const path of [[first], [second], [first, "new"], [first, "new", "below"]]) {
    editor.addKey(path);
    const names = editor.values(path)!.map(({ name }) => name);
    // One with NUL may be there, but not be given by anybody.
    for (const name of names.filter((each) => !each.includes("\0")).slice(0, 3))
      editor.setValue(path, { name, type: 3, data: new Uint8Array(9) });
    editor.setValue(path, { name: "new", type: 3, data: new Uint8Array(20_000) });
  }
  return editor.finish();
}
