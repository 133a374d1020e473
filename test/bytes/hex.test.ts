/** Hexadecimal text. */
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/bytes/hex.js";

describe("toHex", () => {
  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["one byte", Uint8Array.of(0x0a)],
    ["every byte", Uint8Array.from({ length: 256 }, (_, value) => value)],
    ["more than one call takes", Uint8Array.from({ length: 5000 }, (_, index) => index % 251)],
  ])("of %s", (_, data) => {
    expect(toHex(data)).toBe(Buffer.from(data).toString("hex"));
  });
});
