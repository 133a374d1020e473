/** The image that speed is measured on: a Windows 7 shaped disc with an install.wim of several GB that cannot be compressed. */
import { concatenate, fromSource } from "../../src/extents/layout.js";
import { createHash } from "node:crypto";
import { openSync, closeSync, writeSync } from "node:fs";
import { MiB } from "../../src/bytes/units.js";
import type { ByteSource } from "../../src/source/byte-source.js";
import { openFileSource, type FileSource } from "../../src/source/file-source.js";
import type { DirectoryNode, FileNode, TreeNode } from "../../src/tree/index.js";
import { buildBridge } from "../../fixtures/iso/bridge.js";
import { writeExtents } from "../../fixtures/iso/write-extents.js";
import { peBootWim } from "../../fixtures/windows7/setup-image.js";
import { windows7Label, windows7Tree } from "../../fixtures/windows7/tree.js";
import { bootmgrProbe } from "../../fixtures/boot/bootmgr-probe.js";

/** Bytes that no compressor and no block of zeros can shorten: SHA-512 in counter mode would be slow, AES is not needed. */
function writeNoise(path: string, size: number): void {
  const file = openSync(path, "w");
  const seed = createHash("sha512").update("win7usb bench").digest();
  const block = Buffer.alloc(MiB);
  let state = seed.readUInt32LE(0) | 1;
  for (let at = 0; at < MiB; at += 4) {
    // xorshift32 (Marsaglia 2003): cheap, and far from zeros.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    block.writeInt32LE(state, at);
  }
  for (let written = 0; written < size; written += MiB) {
    block.writeDoubleLE(written, 0);
    writeSync(file, block, 0, Math.min(MiB, size - written));
  }
  closeSync(file);
}

function withContent(
  node: DirectoryNode,
  path: readonly string[],
  change: (file: FileNode) => FileNode,
): DirectoryNode {
  const [name, ...rest] = path;
  const children = node.children.map((child): TreeNode => {
    if (child.name !== name) return child;
    if (child.kind === "directory") return withContent(child, rest, change);
    return rest.length === 0 ? change(child) : child;
  });
  return { ...node, children };
}

/** Opens the file for `use`, and closes it. */
export async function withFileSource<Result>(
  path: string,
  use: (source: FileSource) => Promise<Result>,
): Promise<Result> {
  const source = await openFileSource(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** Writes an image whose sources/install.wim is `wim`. */
export async function writeImageWithInstallWim(path: string, wim: ByteSource): Promise<void> {
  const tree = withContent(await windows7Tree({ bootmgr: bootmgrProbe() }), ["sources", "install.wim"], (file) => ({
    ...file,
    size: wim.size,
    content: concatenate([fromSource(wim)]),
  }));
  const { extents, size } = await buildBridge(tree, { label: windows7Label });
  await writeExtents(path, extents, size);
}

/** Writes an image of about `size` bytes to `path`; bytes behind install.wim's own end are noise, which WIM allows. */
export async function writeBenchImage(path: string, size: number): Promise<void> {
  const noisePath = `${path}.noise`;
  writeNoise(noisePath, size);
  const noise: ByteSource & { close(): Promise<void> } = await openFileSource(noisePath);
  // Setup's image is one that drivers can be put into.
  const small = await windows7Tree({ bootmgr: bootmgrProbe(), bootWim: await peBootWim() });
  const tree = withContent(small, ["sources", "install.wim"], (file) => ({
    ...file,
    size: file.size + size,
    content: concatenate([...file.content, fromSource(noise, 0, size)]),
  }));
  const { extents, size: imageSize } = await buildBridge(tree, { label: windows7Label });
  await writeExtents(path, extents, imageSize);
  await noise.close();
}
