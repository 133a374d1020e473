/**
 * Formats that begin, or end, with bytes of their own: what people give in the place of an ISO, because a download site,
 * a virtual machine or a burning program made it.
 */
import { uint32le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { esdVersion, imageTag, pipableImageTag, wimHeaderRecord } from "../../wim/header.js";

/** What a file is instead of an ISO. */
export type Foreign = {
  /** For scripts: `data.format` of `image-not-iso`. */
  readonly format: string;
  /** A clause that says what it is. */
  readonly is: string;
  /** What the person can do about it, as a sentence. */
  readonly next: string;
};

type Signature = Foreign & {
  /** Bytes from the start, or from the end where negative. */
  readonly at: number;
  readonly bytes: readonly number[];
};

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

const unpack = "Unpack it, and give the .iso file that is in it.";
const archive = (format: string, name: string, bytes: readonly number[], at = 0): Signature => ({
  format,
  is: `it is ${name}`,
  next: unpack,
  at,
  bytes,
});

const virtualDisk = (format: string, name: string, bytes: readonly number[], at = 0): Signature => ({
  format,
  is: `it is a disk of virtual machines (${name})`,
  next: "Give the installation ISO itself; a virtual machine's disk holds a system that was installed already.",
  at,
  bytes,
});

const discContainer = (format: string, name: string, bytes: readonly number[], at = 0): Signature => ({
  format,
  is: `it is ${name}`,
  next: "Convert it to an ISO with the program that made it, or read the disc again as an ISO.",
  at,
  bytes,
});

/** In this order: what stands at the end of a file outweighs its beginning, which is then that of what was wrapped. */
const signatures: readonly Signature[] = [
  discContainer("dmg", "a macOS disk image (DMG)", ascii("koly"), -512),
  virtualDisk("vhd", "VHD", ascii("conectix"), -512),
  // Virtual PC before 2004 wrote a footer of 511 bytes.
  virtualDisk("vhd", "VHD", ascii("conectix"), -511),
  discContainer("nrg", "a Nero disc image (NRG)", ascii("NER5"), -12),
  discContainer("nrg", "a Nero disc image (NRG)", ascii("NERO"), -8),
  virtualDisk("vhd", "VHD", ascii("conectix")),
  virtualDisk("vhdx", "VHDX", ascii("vhdxfile")),
  virtualDisk("qcow2", "qcow2", [...ascii("QFI"), 0xfb]),
  virtualDisk("vmdk", "VMDK", ascii("KDMV")),
  virtualDisk("vmdk", "VMDK", ascii("COWD")),
  virtualDisk("vmdk", "VMDK", ascii("# Disk DescriptorFile")),
  virtualDisk("vdi", "VDI", [0x7f, 0x10, 0xda, 0xbe], 64),
  virtualDisk("hdd", "Parallels HDD", ascii("WithoutFreeSpace")),
  virtualDisk("hdd", "Parallels HDD", ascii("WithouFreSpacExt")),
  discContainer("isz", "a compressed disc image (ISZ)", ascii("IsZ!")),
  discContainer("ciso", "a compressed disc image (CISO)", ascii("CISO")),
  discContainer("daa", "a compressed disc image (DAA)", [...ascii("DAA"), 0]),
  discContainer("mds", "the description of a disc image (MDS, MDX)", ascii("MEDIA DESCRIPTOR")),
  archive("zip", "a ZIP archive", [...ascii("PK"), 3, 4]),
  archive("zip", "a ZIP archive without files", [...ascii("PK"), 5, 6]),
  archive("zip", "a part of a ZIP archive", [...ascii("PK"), 7, 8]),
  archive("rar", "a RAR archive", [...ascii("Rar!"), 0x1a, 7]),
  archive("7z", "a 7z archive", [...ascii("7z"), 0xbc, 0xaf, 0x27, 0x1c]),
  archive("gzip", "a file packed with gzip", [0x1f, 0x8b, 8]),
  archive("xz", "a file packed with xz", [0xfd, ...ascii("7zXZ"), 0]),
  archive("bzip2", "a file packed with bzip2", ascii("BZh")),
  archive("zstd", "a file packed with zstd", [0x28, 0xb5, 0x2f, 0xfd]),
  archive("lz4", "a file packed with lz4", [0x04, 0x22, 0x4d, 0x18]),
  archive("cab", "a Windows cabinet (CAB)", ascii("MSCF")),
  archive("tar", "a tar archive", ascii("ustar"), 257),
  {
    format: "exe",
    is: "it is a Windows program (EXE)",
    next: "Where it is a download that unpacks itself, run it on Windows or open it with 7-Zip, and give the .iso file that comes out.",
    at: 0,
    bytes: ascii("MZ"),
  },
];

/** The furthest byte from either end that a signature looks at. */
export const signatureReach = 512;

/** `head` and `tail`: the file's first and last bytes, at least `signatureReach` of them where it has so many. */
export function foreignBySignature(head: Uint8Array, tail: Uint8Array): Foreign | undefined {
  const found = signatures.find(({ at, bytes }) => {
    const place = at < 0 ? tail.subarray(Math.max(0, tail.length + at)) : head.subarray(at);
    return (at >= 0 || tail.length + at >= 0) && bytes.every((byte, index) => place[index] === byte);
  });
  return found ?? windowsImage(head) ?? rawSectors(head);
}

const wimStart = wimHeaderRecord.select("imageTag", "version");

function windowsImage(head: Uint8Array): Foreign | undefined {
  if (head.length < wimHeaderRecord.size) return undefined;
  const tag = wimStart.decode(head);
  if (tag.imageTag !== imageTag && tag.imageTag !== pipableImageTag) return undefined;
  const isEsd = tag.version === esdVersion;
  return {
    format: isEsd ? "esd" : "wim",
    is: `it is a Windows image file (${isEsd ? "ESD" : "WIM"}), one file of an installation disc`,
    next: "Give the ISO of the whole disc: this file alone has nothing that starts.",
  };
}

/** ECMA-130 14: a sector of a CD as the drive reads it begins with twelve bytes of synchronization, then its address and mode. */
const rawSectorHead = record("CD sector's head", 16, {
  sync0: uint32le(0),
  sync1: uint32le(4),
  sync2: uint32le(8),
  addressAndMode: uint32le(12),
});

function rawSectors(head: Uint8Array): Foreign | undefined {
  if (head.length < rawSectorHead.size) return undefined;
  const { sync0, sync1, sync2 } = rawSectorHead.decode(head);
  if (sync0 !== 0xffff_ff00 || sync1 !== 0xffff_ffff || sync2 !== 0x00ff_ffff) return undefined;
  return {
    format: "raw",
    is: "it is a raw disc image with sectors of 2352 bytes, as .bin, .img and .mdf files have them",
    next: "Convert it to an ISO with sectors of 2048 bytes (bchunk, ccd2iso, iat), or read the disc again as an ISO.",
  };
}
