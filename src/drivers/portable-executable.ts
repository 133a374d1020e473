/**
 * What a program file says of itself, as far as a driver's loader asks: "PE Format" of Microsoft's documentation. The
 * headers are pe-library's, which reads them in place; its whole executable would copy every section of hostile input.
 */

/** Header fields of a program, with the places that Authenticode leaves out of its hash. */
export type PortableExecutable = {
  /** `x86`, `amd64`, and so on; the number as `0x1234` where it has no name. */
  readonly machine: string;
  /** Of CheckSum in the optional header. */
  readonly checksumOffset: number;
  /** Of the certificate table's entry in the data directories; null where there are too few of them. */
  readonly certificateEntryOffset: number | null;
  /** The certificate table, whose address counts from the file's start; null without one. */
  readonly certificates: { readonly offset: number; readonly size: number } | null;
};

/** IMAGE_FILE_MACHINE_* */
const machines: ReadonlyMap<number, string> = new Map([
  [0x14c, "x86"],
  [0x8664, "amd64"],
  [0x200, "ia64"],
  [0x1c0, "arm"],
  [0x1c4, "arm"],
  [0xaa64, "arm64"],
]);

/** Bytes of the signature and the file header in front of the optional header. */
const optionalHeaderOffset = 24;
const checksumInOptionalHeader = 64;
const entrySize = 8;

/** Null where it is no program with a whole header. */
export async function readPortableExecutable(data: Uint8Array): Promise<PortableExecutable | null> {
  const { Format } = await import("pe-library");
  const { ImageDosHeader, ImageNtHeaders, ImageDirectoryEntry } = Format;
  try {
    const dos = ImageDosHeader.from(data);
    const { newHeaderAddress: start } = dos;
    const headers = ImageNtHeaders.from(data, start);
    if (!dos.isValid() || !headers.isValid()) return null;
    const { machine } = headers.fileHeader;
    const hasEntry = headers.optionalHeader.numberOfRvaAndSizes > ImageDirectoryEntry.Certificate;
    const entry = headers.optionalHeaderDataDirectory.get(ImageDirectoryEntry.Certificate);
    const directories = start + headers.getDataDirectoryOffset();
    return {
      machine: machines.get(machine) ?? `0x${machine.toString(16).padStart(4, "0")}`,
      checksumOffset: start + optionalHeaderOffset + checksumInOptionalHeader,
      certificateEntryOffset: hasEntry ? directories + ImageDirectoryEntry.Certificate * entrySize : null,
      certificates: hasEntry && entry.size > 0 ? { offset: entry.virtualAddress, size: entry.size } : null,
    };
  } catch (error) {
    // What is cut short or points behind its end is no program.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}
