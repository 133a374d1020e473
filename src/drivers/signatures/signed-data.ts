/**
 * SignedData of PKCS #7 (RFC 2315) and CMS (RFC 5652), as Authenticode and catalogs have it: the content is no octet
 * string but a structure, and what is hashed is its content without tag and length. Whether a certificate is one that
 * Windows trusts cannot be known here; whether the signature is of this content can.
 */
import { toHex } from "../../bytes/hex.js";
import type { DerNode } from "./der.js";
import { attributesOf, childOf, DerFault, oidOf, parseDer, sameBytes, taggedChild, tags } from "./der.js";
import type { DigestName } from "./digests.js";
import { digestOf, hash, signatureDigest } from "./digests.js";

type Certificate = {
  /** Issuer and serial number, as a signer names it. */
  readonly id: string;
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly name: string;
  readonly signatureOid: string;
  readonly publicKey: Uint8Array;
};

type Signer = {
  readonly certificate: string;
  readonly digestOid: string;
  readonly signatureOid: string;
  /** As a SET, which is what is signed; null where the content itself is. */
  readonly signedAttributes: Uint8Array | null;
  readonly messageDigest: Uint8Array | null;
  readonly signature: Uint8Array;
};

export type SignedData = {
  /** Object identifier of the content. */
  readonly contentType: string;
  readonly content: DerNode;
  readonly certificates: readonly Certificate[];
  readonly signers: readonly Signer[];
};

/** What can be said of a signature. */
export type SignatureFacts = {
  /** The signer's name; empty where the certificate has none. */
  readonly signer: string;
  /** Digests that who checks it has to know: of the content, of the signature, and of the certificates' own. */
  readonly digests: readonly DigestName[];
  /** False where it is of another content, or does not hold. */
  readonly isSound: boolean;
};

const signedDataType = "1.2.840.113549.1.7.2";
const messageDigestType = "1.2.840.113549.1.9.4";
const commonName = "2.5.4.3";
const rsaEncryption = "1.2.840.113549.1.1.1";

/** Certificates of a chain; Microsoft's have four. */
const chainLimit = 10;

/** Throws DerFault. */
export async function parseSignedData(data: Uint8Array): Promise<SignedData> {
  const root = await parseDer(data);
  if (oidOf(root, 0) !== signedDataType) throw new DerFault("it is no signed data");
  const signedData = childOf(childOf(root, 1), 0, tags.sequence);
  const info = childOf(signedData, 2, tags.sequence);
  const signers = signedData.children.at(-1);
  if (signers === undefined || signers.tag !== tags.set) throw new DerFault("it has no list of signers");
  return {
    contentType: oidOf(info, 0),
    content: childOf(childOf(info, 1), 0),
    certificates: (taggedChild(signedData, 0)?.children ?? []).map(certificateOf),
    signers: signers.children.map(signerOf),
  };
}

/** TBSCertificate of RFC 5280, 4.1: an optional version `[0]`, serial, algorithm, issuer, validity, subject, key. */
function certificateOf(node: DerNode): Certificate {
  const signed = childOf(node, 0, tags.sequence);
  const first = childOf(signed, 0).tagClass === "context" ? 1 : 0;
  const issuer = childOf(signed, first + 2, tags.sequence).whole;
  const subject = childOf(signed, first + 4, tags.sequence);
  return {
    id: identityOf(issuer, childOf(signed, first, tags.integer)),
    issuer,
    subject: subject.whole,
    name: nameOf(subject),
    signatureOid: oidOf(childOf(node, 1, tags.sequence), 0),
    publicKey: childOf(signed, first + 5, tags.sequence).whole,
  };
}

const identityOf = (issuer: Uint8Array, serial: DerNode): string => `${toHex(issuer)} ${toHex(serial.content)}`;

/** The common name, as text of whatever kind. */
function nameOf(subject: DerNode): string {
  for (const { children } of subject.children) {
    for (const attribute of children) {
      if (oidOf(attribute, 0) !== commonName) continue;
      const { tag, content } = childOf(attribute, 1);
      if (tag !== tags.bmp) return new TextDecoder("utf-8").decode(content);
      return new TextDecoder("utf-16be").decode(content);
    }
  }
  return "";
}

/** SignerInfo: version, issuer and serial, digest, `[0]` signed attributes, algorithm, signature, `[1]` the others. */
function signerOf(node: DerNode): Signer {
  const id = childOf(node, 1, tags.sequence);
  const attributes = taggedChild(node, 0);
  const after = attributes === undefined ? 3 : 4;
  const digest = attributesOf(attributes).get(messageDigestType);
  return {
    certificate: identityOf(childOf(id, 0, tags.sequence).whole, childOf(id, 1, tags.integer)),
    digestOid: oidOf(childOf(node, 2, tags.sequence), 0),
    signedAttributes: attributes === undefined ? null : asSet(attributes.whole),
    messageDigest: digest?.content ?? null,
    signatureOid: oidOf(childOf(node, after, tags.sequence), 0),
    signature: childOf(node, after + 1, tags.octets).content,
  };
}

/** RFC 5652, 5.4: what is signed has the tag of a SET in the place of `[0]`. */
function asSet(whole: Uint8Array): Uint8Array {
  const set = whole.slice();
  set[0] = 0x31;
  return set;
}

/** What the first signature says; null where there is none. `more`: digests that the content itself is made with. */
export async function signatureFacts(data: SignedData, more: readonly DigestName[]): Promise<SignatureFacts | null> {
  const [signer] = data.signers;
  if (signer === undefined) return null;
  const chain = chainOf(data.certificates, signer.certificate);
  const digest = digestOf(signer.digestOid);
  // Who has signed itself is trusted by name, not by its signature.
  const issued = chain.filter(({ issuer, subject }) => !sameBytes(issuer, subject));
  const named = [digest, ...issued.map(({ signatureOid }) => signatureDigest(signatureOid)), ...more];
  const isSound =
    digest !== undefined && chain[0] !== undefined && (await holds(data.content, signer, chain[0], digest));
  return { signer: chain[0]?.name ?? "", digests: [...new Set(named.filter((name) => name !== undefined))], isSound };
}

/** From the signer's certificate up, as far as they are there. */
function chainOf(certificates: readonly Certificate[], id: string): Certificate[] {
  const chain: Certificate[] = [];
  let next = certificates.find((certificate) => certificate.id === id);
  while (next !== undefined && !chain.includes(next) && chain.length < chainLimit) {
    chain.push(next);
    const { issuer } = next;
    next = certificates.find(({ subject }) => sameBytes(subject, issuer));
  }
  return chain;
}

async function holds(content: DerNode, signer: Signer, certificate: Certificate, digest: DigestName): Promise<boolean> {
  const { signedAttributes, messageDigest, signatureOid, signature } = signer;
  if (signedAttributes !== null) {
    if (messageDigest === null || !sameBytes(await hash(digest, content.content), messageDigest)) return false;
  }
  const name = signatureOid === rsaEncryption ? digest : signatureDigest(signatureOid);
  if (name === undefined) return false;
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: name };
  try {
    const key = await crypto.subtle.importKey("spki", owned(certificate.publicKey), algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, owned(signature), owned(signedAttributes ?? content.content));
  } catch (error) {
    // A key that cannot be one.
    if (error instanceof DOMException) return false;
    throw error;
  }
}

const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes.slice();
