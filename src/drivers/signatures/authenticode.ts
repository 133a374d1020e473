/**
 * Signatures within program files: "Windows Authenticode Portable Executable Signature Format" of Microsoft. What is
 * hashed is the file without its checksum, without the certificate table, and without that table's entry. Trap: who hashes
 * a file for a catalog may have filled it with zeros up to a multiple of eight bytes, as the signer of a file does.
 */
import { joinBytes } from "../../bytes/join.js";
import { toHex } from "../../bytes/hex.js";
import { uint16le, uint32le } from "../../bytes/fields.js";
import { record } from "../../bytes/record.js";
import { roundUp } from "../../bytes/units.js";
import type { PortableExecutable } from "../portable-executable.js";
import type { DerNode } from "./der.js";
import { childOf, DerFault, oidOf, tags } from "./der.js";
import type { DigestName } from "./digests.js";
import { digestOf, hash } from "./digests.js";
import type { SignatureFacts } from "./signed-data.js";
import { parseSignedData, signatureFacts } from "./signed-data.js";

/** WIN_CERTIFICATE; the certificate itself follows. */
export const certificateHeaderRecord = record("certificateHeader", 8, {
  /** Bytes, this header included. */
  length: uint32le(0),
  revision: uint16le(4),
  type: uint16le(6),
});

/** WIN_CERT_TYPE_PKCS_SIGNED_DATA */
const pkcsSignedData = 2;
/** Certificates begin at multiples of it, and files end at one when they are signed. */
const alignment = 8;

/** SPC_INDIRECT_DATA_OBJID */
export const indirectDataType = "1.3.6.1.4.1.311.2.1.4";

/** A digest of a file, in hexadecimal. */
export type FileDigest = { readonly name: DigestName; readonly digest: string };

/** SpcIndirectDataContent: `{ type and value, DigestInfo { algorithm, digest } }`; null for a digest without a name here. */
export function indirectDigest(node: DerNode): FileDigest | null {
  const info = childOf(node, 1, tags.sequence);
  const name = digestOf(oidOf(childOf(info, 0, tags.sequence), 0));
  return name === undefined ? null : { name, digest: toHex(childOf(info, 1, tags.octets).content) };
}

/** What a program file's signature says of it. */
export type EmbeddedSignature = SignatureFacts & {
  /** Whether the file is the one that was signed. */
  readonly isOfFile: boolean;
};

/** The first signature in a program; null without one. What cannot be read is a signature that does not hold. */
export async function embeddedSignature(
  data: Uint8Array,
  program: PortableExecutable,
): Promise<EmbeddedSignature | null> {
  if (program.certificates === null) return null;
  const broken: EmbeddedSignature = { signer: "", digests: [], isSound: false, isOfFile: false };
  try {
    const certificate = firstCertificate(data, program.certificates);
    if (certificate === null) return broken;
    const signed = await parseSignedData(certificate);
    const digest = signed.contentType === indirectDataType ? indirectDigest(signed.content) : null;
    if (digest === null) return broken;
    const facts = await signatureFacts(signed, [digest.name]);
    if (facts === null) return broken;
    return { ...facts, isOfFile: (await programDigests(data, program, digest.name)).includes(digest.digest) };
  } catch (error) {
    if (error instanceof DerFault) return broken;
    throw error;
  }
}

function firstCertificate(data: Uint8Array, { offset, size }: { offset: number; size: number }): Uint8Array | null {
  const end = offset + size;
  if (end > data.length) return null;
  for (let at = offset; at + certificateHeaderRecord.size <= end;) {
    const { length, type } = certificateHeaderRecord.decode(data, at);
    if (length < certificateHeaderRecord.size || at + length > end) return null;
    if (type === pkcsSignedData) return data.subarray(at + certificateHeaderRecord.size, at + length);
    at += roundUp(length, alignment);
  }
  return null;
}

/** Digests of a program as its signature or a catalog may have them: as it is, and filled up. Each once. */
export async function programDigests(
  data: Uint8Array,
  { checksumOffset, certificateEntryOffset, certificates }: PortableExecutable,
  name: DigestName,
): Promise<string[]> {
  const leftOut = [{ start: checksumOffset, end: checksumOffset + 4 }];
  if (certificateEntryOffset !== null) leftOut.push({ start: certificateEntryOffset, end: certificateEntryOffset + 8 });
  if (certificates !== null && certificates.offset >= (leftOut.at(-1)?.end ?? 0)) {
    leftOut.push({ start: certificates.offset, end: certificates.offset + certificates.size });
  }
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of leftOut) {
    parts.push(data.subarray(at, start));
    at = end;
  }
  parts.push(data.subarray(at));
  // What is filled up is the file, not what is hashed of it.
  const filling = new Uint8Array(roundUp(data.length, alignment) - data.length);
  const filled = joinBytes([...parts, filling]);
  const length = filled.length - filling.length;
  const digests = [toHex(await hash(name, filled.subarray(0, length)))];
  if (filling.length > 0) digests.push(toHex(await hash(name, filled)));
  return digests;
}
