/**
 * Catalogs (.cat): a certificate trust list of file hashes, signed as a whole. Microsoft describes them in parts
 * (CryptCATAdmin, "Catalog Files"); the names of the structures are those of wincrypt.h and mssip.h. Traps: a member is
 * named by its hash, in version 1 as UTF-16 text of its hexadecimal digits and in version 2 as bytes, and its file name is
 * but an attribute; which Windows a catalog is for stands in `OSAttr`, `2:6.1` for Windows 7.
 */
import { toHex } from "../../bytes/hex.js";
import { indirectDataType, indirectDigest } from "./authenticode.js";
import type { DerNode } from "./der.js";
import { attributesOf, childOf, DerFault, oidOf, tags } from "./der.js";
import type { DigestName } from "./digests.js";
import type { SignatureFacts } from "./signed-data.js";
import { parseSignedData, signatureFacts } from "./signed-data.js";

export type Catalog = {
  /** Of all members, in hexadecimal. */
  readonly digests: ReadonlySet<string>;
  /** With which its members are hashed. */
  readonly digestNames: readonly DigestName[];
  /** File names that its members have, in lower case. */
  readonly names: ReadonlySet<string>;
  /** Versions of Windows that its members are for, `2:6.1`; empty where it says nothing. */
  readonly systems: readonly string[];
  /** Null where nobody has signed it. */
  readonly signature: SignatureFacts | null;
};

/** szOID_CTL */
const trustListType = "1.3.6.1.4.1.311.10.1";
/** CAT_NAMEVALUE_OBJID */
const nameValueType = "1.3.6.1.4.1.311.12.2.1";
const byLength: Readonly<Record<number, DigestName>> = { 20: "SHA-1", 32: "SHA-256" };

/** Throws DerFault where it is no catalog. */
export async function parseCatalog(data: Uint8Array): Promise<Catalog> {
  const signed = await parseSignedData(data);
  if (signed.contentType !== trustListType) throw new DerFault("it is no certificate trust list");
  const digests = new Set<string>();
  const digestNames = new Set<DigestName>();
  const names = new Set<string>();
  const systems = new Set<string>();
  for (const member of membersOf(signed.content)) {
    const { content: id } = childOf(member, 0, tags.octets);
    const attributes = allAttributes(member.children[1]);
    const hashed = attributesOf(member.children[1]).get(indirectDataType);
    const digest = hashed === undefined ? null : indirectDigest(hashed);
    const name = digest?.name ?? byLength[id.length];
    if (name !== undefined) digestNames.add(name);
    digests.add(digest?.digest ?? toHex(id));
    for (const [key, value] of attributes) {
      if (key === "file") names.add(value.toLowerCase());
      if (key === "osattr") for (const system of value.split(",")) systems.add(system.trim());
    }
  }
  return {
    digests,
    digestNames: [...digestNames],
    names,
    systems: [...systems],
    signature: await signatureFacts(signed, [...digestNames]),
  };
}

/** TrustedSubjects: the last SEQUENCE of sequences that begin with octets; a list without one has no members. */
function membersOf(list: DerNode): readonly DerNode[] {
  const sequences = list.children.filter(({ tag, tagClass }) => tagClass === "universal" && tag === tags.sequence);
  const subjects = sequences.at(-1);
  return subjects !== undefined && subjects.children.every(isMember) ? subjects.children : [];
}

function isMember({ children }: DerNode): boolean {
  return children[0]?.tag === tags.octets;
}

/** Without those at its end. A pattern would try each of them as the first one, and hostile texts have millions. */
function withoutNuls(text: string): string {
  let end = text.length;
  while (text[end - 1] === "\0") end -= 1;
  return text.slice(0, end);
}

/** CAT_NAMEVALUE `{ name BMPString, flags, value OCTET STRING of UTF-16 }`, by lower-case name; one may be there twice. */
function allAttributes(list: DerNode | undefined): [string, string][] {
  return (list?.children ?? []).flatMap((attribute): [string, string][] => {
    if (oidOf(attribute, 0) !== nameValueType) return [];
    return childOf(attribute, 1, tags.set).children.map((value) => [
      new TextDecoder("utf-16be").decode(childOf(value, 0, tags.bmp).content).toLowerCase(),
      withoutNuls(new TextDecoder("utf-16le").decode(childOf(value, 2, tags.octets).content)),
    ]);
  });
}
