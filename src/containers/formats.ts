/** Names of formats, for who needs nothing else of them. */

/** `raw` is the disk itself, byte by byte; `vhd` has the blocks that are used, `vhd-fixed` all of them. */
export const containerFormats = ["raw", "vhd", "vhd-fixed", "vhdx", "qcow2", "vmdk", "vdi"] as const;
export type ContainerFormat = (typeof containerFormats)[number];
/** Those in which a disk lies otherwise than byte by byte. */
export type WrappedFormat = Exclude<ContainerFormat, "raw">;
