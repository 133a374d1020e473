/** Names of formats, for who needs nothing else of them. */

/** `raw` is the disk itself, byte by byte; `vhd` has the blocks that are used, `vhd-fixed` all of them. */
export type ContainerFormat = "raw" | "vhd" | "vhd-fixed" | "vhdx" | "qcow2" | "vmdk" | "vdi";
/** All of them, in the order in which they are told. */
export const containerFormats = [
  "raw",
  "vhd",
  "vhd-fixed",
  "vhdx",
  "qcow2",
  "vmdk",
  "vdi",
] as const satisfies readonly ContainerFormat[];
/** Those in which a disk lies otherwise than byte by byte. */
export type WrappedFormat = Exclude<ContainerFormat, "raw">;
