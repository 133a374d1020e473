/** Layouts and sets of bytes as fast-check makes them, and the same byte by byte. */
import * as fc from "fast-check";
import type { Extent, ExtentSource, Span } from "../../src/extents/extent.js";
import { fromBytes, fromSource, zeros, type LayoutPart } from "../../src/extents/layout.js";
import { memorySource } from "../../src/source/byte-source.js";

/** All offsets are below this. */
export const extentOfAll = 200;

/** What the sources of `arbitraryLayout` hold: no two bytes near each other are the same. */
export const sources = [3, 5].map((seed) =>
  memorySource(Uint8Array.from({ length: extentOfAll }, (_, at) => (at * seed + 1) & 0xff)),
);

const part = (kind: string, length: number, seed: number): LayoutPart => {
  if (kind === "zeros") return zeros(length);
  if (kind === "manifest") return { length, source: { kind: "manifest" } };
  if (kind === "bytes") return fromBytes(Uint8Array.from({ length }, (_, at) => (seed + at * 11) & 0xff));
  return fromSource(sources[seed % 2]!, seed % (extentOfAll - length), length);
};

/** Ascending, without overlap, with gaps and empty extents. Half of the ranges continue the one before. */
export const arbitraryLayout: fc.Arbitrary<Extent[]> = fc
  .array(
    fc.record({
      gap: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(9)),
      length: fc.nat(16),
      kind: fc.constantFrom("bytes", "range", "range", "continued", "continued", "zeros", "manifest"),
      seed: fc.nat(255),
    }),
    { maxLength: 7 },
  )
  .map((steps) => {
    const extents: Extent[] = [];
    let offset = 0;
    for (const { gap, length, kind, seed } of steps) {
      offset += gap;
      const { source } = part(kind, length, seed);
      extents.push({
        offset,
        length,
        source: (kind === "continued" ? nextOf(extents.at(-1), length) : null) ?? source,
      });
      offset += length;
    }
    return extents;
  });

function nextOf(last: Extent | undefined, length: number): ExtentSource | null {
  if (last?.source.kind !== "range") return null;
  const offset = last.source.offset + last.length;
  return offset + length <= extentOfAll ? { ...last.source, offset } : null;
}

/** What each byte comes from, as text; null in gaps. Two layouts say the same where this is equal. */
export function originsOf(extents: readonly Extent[], size = extentOfAll): (string | null)[] {
  const origins = Array.from({ length: size }, (): string | null => null);
  for (const { offset, length, source } of extents) {
    for (let at = 0; at < length; at += 1) origins[offset + at] = originOf(source, at);
  }
  return origins;
}

function originOf(source: ExtentSource, at: number): string {
  if (source.kind === "bytes") return `byte ${source.bytes[at]}`;
  if (source.kind === "range") return `${sources.indexOf(source.source)} ${source.offset + at}`;
  return source.kind;
}

/** A set of bytes: ascending spans that neither touch nor overlap. */
export const arbitrarySet: fc.Arbitrary<Span[]> = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 12 }), length: fc.integer({ min: 1, max: 12 }) }), { maxLength: 7 })
  .map((steps) => {
    let end = -1;
    return steps.map(({ gap, length }) => {
      const start = end + gap;
      end = start + length;
      return { start, end };
    });
  });

/** Which bytes some spans have. */
export function membersOf(spans: readonly Span[], size = extentOfAll): boolean[] {
  return Array.from({ length: size }, (_, at) => spans.some(({ start, end }) => start <= at && at < end));
}

/** The set with these bytes, made byte by byte. */
export function setOf(members: readonly boolean[]): Span[] {
  const spans: { start: number; end: number }[] = [];
  for (const [at, member] of members.entries()) {
    if (!member) continue;
    const last = spans.at(-1);
    if (last?.end === at) last.end = at + 1;
    else spans.push({ start: at, end: at + 1 });
  }
  return spans;
}
