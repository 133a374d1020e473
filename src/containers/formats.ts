/** Names of formats, for who needs nothing else of them. */

/**
 * `raw` is the disk itself, byte by byte; `vhd` has the blocks that are used, `vhd-fixed` all of them; `gz` and `zst` are the
 * disk compressed, with gzip and Zstandard.
 */
export type ContainerFormat = "raw" | "vhd" | "vhd-fixed" | "vhdx" | "qcow2" | "vmdk" | "vdi" | "gz" | "zst";
/** All of them, in the order in which they are told. */
export const containerFormats = [
  "raw",
  "vhd",
  "vhd-fixed",
  "vhdx",
  "qcow2",
  "vmdk",
  "vdi",
  "gz",
  "zst",
] as const satisfies readonly ContainerFormat[];
/** Those that are read and written in one direction alone. */
export type CompressedFormat = "gz" | "zst";
/** Those in which a disk lies otherwise than byte by byte. */
export type WrappedFormat = Exclude<ContainerFormat, "raw" | CompressedFormat>;

export function isCompressed(format: ContainerFormat | undefined): format is CompressedFormat {
  return format === "gz" || format === "zst";
}
