/** Digests by their names and object identifiers. Hashing is the platform's own (Web Cryptography). */

export type DigestName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

const digestOids: ReadonlyMap<string, DigestName> = new Map([
  ["1.3.14.3.2.26", "SHA-1"],
  ["2.16.840.1.101.3.4.2.1", "SHA-256"],
  ["2.16.840.1.101.3.4.2.2", "SHA-384"],
  ["2.16.840.1.101.3.4.2.3", "SHA-512"],
]);

/** PKCS #1 signatures (RFC 8017, A.2.4). */
const signatureOids: ReadonlyMap<string, DigestName> = new Map([
  ["1.2.840.113549.1.1.5", "SHA-1"],
  ["1.3.14.3.2.29", "SHA-1"],
  ["1.2.840.113549.1.1.11", "SHA-256"],
  ["1.2.840.113549.1.1.12", "SHA-384"],
  ["1.2.840.113549.1.1.13", "SHA-512"],
]);

/** Undefined for one that no Windows 7 signs with. */
export function digestOf(oid: string): DigestName | undefined {
  return digestOids.get(oid);
}

/** The digest of an RSA signature; undefined for any other. */
export function signatureDigest(oid: string): DigestName | undefined {
  return signatureOids.get(oid);
}

export async function hash(name: DigestName, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(name, data as Uint8Array<ArrayBuffer>));
}
