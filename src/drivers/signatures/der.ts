/**
 * ASN.1 in its distinguished encoding (X.690), as plain data. asn1js reads it, with limits on depth and size that hostile
 * input meets; nothing else knows asn1js. Trap: asn1js also reads what octet strings hold, which is none of our business.
 */
import type { AsnType } from "asn1js";
import { catalogSizeLimit } from "../limits.js";

/** A value with its tag. */
export type DerNode = {
  /** `universal` tags are ASN.1's own; `[0]` of a structure is `context` with tag 0. */
  readonly tagClass: "universal" | "context" | "other";
  readonly tag: number;
  /** Without the tag and the length. */
  readonly content: Uint8Array;
  /** With both. */
  readonly whole: Uint8Array;
  /** Empty for what is not constructed. */
  readonly children: readonly DerNode[];
  /** Of an object identifier, dotted; null of anything else. */
  readonly oid: string | null;
};

/** Why bytes are not the structure they should be. */
export class DerFault extends Error {}

/** Deeper than certificates and catalogs go. */
const depthLimit = 40;
/** A catalog has some fifty values a file. */
const nodeLimit = 400_000;

export const tags = { integer: 2, octets: 4, oid: 6, utf8: 12, sequence: 16, set: 17, bmp: 30 } as const;

/** The one value that `data` begins with. Throws DerFault. */
export async function parseDer(data: Uint8Array): Promise<DerNode> {
  const { fromBER, ObjectIdentifier } = await import("asn1js");
  // A buffer of its own: the library reads views as all of theirs.
  const own = data.slice();
  const limits = { maxDepth: depthLimit, maxNodes: nodeLimit, maxContentLength: catalogSizeLimit };
  let result: AsnType;
  try {
    const { offset, result: parsed } = fromBER(own, limits);
    if (offset === -1) throw new DerFault(parsed.error);
    result = parsed;
  } catch (error) {
    if (error instanceof DerFault || !(error instanceof Error)) throw error;
    throw new DerFault(error.message, { cause: error });
  }
  const nodeOf = (block: AsnType): DerNode => {
    const whole = block.valueBeforeDecodeView;
    const { tagClass, tagNumber: tag, isConstructed } = block.idBlock;
    const header = block.idBlock.blockLength + block.lenBlock.blockLength;
    const { value } = block.valueBlock as { readonly value?: unknown };
    return {
      tagClass: tagClass === 1 ? "universal" : tagClass === 3 ? "context" : "other",
      tag,
      content: whole.subarray(header),
      whole,
      children: isConstructed && Array.isArray(value) ? (value as AsnType[]).map(nodeOf) : [],
      oid: block instanceof ObjectIdentifier ? block.getValue() : null,
    };
  };
  return nodeOf(result);
}

/** Child `index`, which must be of this universal tag where one is given. Throws DerFault. */
export function childOf(node: DerNode, index: number, tag?: number): DerNode {
  const child = node.children[index];
  if (child === undefined) throw new DerFault(`a structure has ${node.children.length} values, expected more`);
  if (tag !== undefined && (child.tagClass !== "universal" || child.tag !== tag)) {
    throw new DerFault(`a structure has the tag ${child.tag}, expected ${tag}`);
  }
  return child;
}

/** The child `[tag]`; undefined where there is none. */
export function taggedChild(node: DerNode, tag: number): DerNode | undefined {
  return node.children.find((child) => child.tagClass === "context" && child.tag === tag);
}

/** Child `index`, which must be an object identifier. Throws DerFault. */
export function oidOf(node: DerNode, index: number): string {
  const { oid } = childOf(node, index, tags.oid);
  if (oid === null) throw new DerFault("an object identifier cannot be read");
  return oid;
}

/** Values by type of `Attribute ::= SEQUENCE { type, values SET }`; the first value of each. Throws DerFault. */
export function attributesOf(list: DerNode | undefined): Map<string, DerNode> {
  const attributes = new Map<string, DerNode>();
  for (const attribute of list?.children ?? []) {
    const value = childOf(attribute, 1, tags.set).children[0];
    const type = oidOf(attribute, 0);
    if (value !== undefined && !attributes.has(type)) attributes.set(type, value);
  }
  return attributes;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
