/** Every record that the program exports: what is decoded from any bytes is encoded to bytes that say the same. */
import { deepStrictEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldSet, RecordLayout, Reserved } from "../../src/bytes/record.js";
import { rounds } from "../support/sample.js";

type AnyRecord = RecordLayout<FieldSet>;

const source = fileURLToPath(new URL("../../src", import.meta.url));
const declaring = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("bytes"))
  .filter((file) =>
    /^import \{[^}]*\brecord\b[^}]*\} from "[^"]*bytes\/record\.js";/m.test(readFileSync(join(source, file), "utf8")),
  );

const isRecord = (value: unknown): value is AnyRecord =>
  typeof value === "object" && value !== null && "patch" in value && "decode" in value;

const records = new Map<string, AnyRecord>();
for (const file of declaring) {
  const exported = (await import(join(source, file))) as Readonly<Record<string, unknown>>;
  for (const value of Object.values(exported)) if (isRecord(value)) records.set(value.name, value);
}

/**
 * Bytes of a record that can be: text is ASCII, so that no byte has its upper bit, and the upper bytes of every word of 8
 * are small, whichever end they are at, so that no number is above 2^53.
 */
function anyBytes({ size, fields }: AnyRecord): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ minLength: size, maxLength: size }).map((drawn) => {
    const bytes = Uint8Array.from(drawn, (byte) => byte % 0x7f);
    for (const { offset, width } of Object.values(fields)) {
      if (width === 8) {
        bytes.fill(0, offset, offset + 2);
        bytes.fill(0, offset + 6, offset + 8);
      }
      if (width === 7) bytes.fill(0, offset + 6, offset + 7);
    }
    return bytes;
  });
}

describe("records", () => {
  it("are found", () => {
    expect(records.size).toBeGreaterThan(50);
  });

  it.each([...records.entries()])("%s is the same after decoding and encoding", (_, layout) => {
    fc.assert(
      fc.property(anyBytes(layout), (data) => {
        const values = layout.decode(data);
        const encoded = layout.encode(values);
        // Records have thousands of bytes, which `expect` compares one by one.
        deepStrictEqual(layout.decode(encoded), values);
        deepStrictEqual(layout.encode(layout.decode(encoded)), encoded);
        expect(encoded.length).toBe(layout.size);
      }),
      { numRuns: rounds(20, 8) },
    );
  });

  it.each([...records.entries()])("%s has its reserved bytes when it is new", (_, layout) => {
    const { fields } = layout;
    const encoded = layout.encode({});
    const fixed = Object.values(fields).filter((field): field is Reserved => "value" in field);
    for (const { offset, width, value } of fixed) {
      expect(encoded.subarray(offset, offset + width)).toEqual(value ?? new Uint8Array(width));
    }
  });
});
