/** The committed WebAssembly is what the C sources beside it compile to. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { filler } from "../../fixtures/windows7/nodes.js";
import { createChunkDecoder } from "../../src/wim/compression/decoder.js";
import { compilerVersion as committedVersion, decodersWasm } from "../../src/wim/compression/decoders-wasm.js";
import { tokenize } from "../support/canonical-code.js";
import { judge } from "../support/judges.js";
import { encodeLzx } from "../support/lzx-encoder.js";
import { encodeXpress } from "../support/xpress-encoder.js";

const chunkSize = 32_768;

describe.skipIf(!judge("clang") || !judge("wasm-ld"))("the decoders' sources", () => {
  it(`compile to what is committed, byte for byte with clang ${committedVersion}, in effect with any other`, () => {
    const script = fileURLToPath(new URL("../../src/wim/compression/decoders/compile.js", import.meta.url));
    const printed = execFileSync(process.execPath, [script, "--print"], { encoding: "utf8" });
    const strings = [...printed.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
    const base64 = strings.slice(1).join("");
    if (strings[0] === committedVersion) expect(base64).toBe(decodersWasm);
    const compiled = Uint8Array.from(Buffer.from(base64, "base64"));
    const decoders = [createChunkDecoder(chunkSize, chunkSize), createChunkDecoder(chunkSize, chunkSize, compiled)];
    for (let seed = 0; seed < 40; seed += 1) {
      const size = 1 + ((seed * 997) % 20_000);
      const content = filler(size, seed).map((byte) => byte % (2 + seed));
      const chunks = {
        lzx: encodeLzx([{ kind: seed % 2 === 0 ? "aligned" : "verbatim", tokens: tokenize(content, 2, 257, 32_000) }]),
        xpress: encodeXpress(tokenize(content, 3, 5000, 32_000)),
      };
      for (const compression of ["lzx", "xpress"] as const) {
        const chunk = chunks[compression];
        // Once as it is, once with a byte changed.
        for (const mask of [0, 1 + seed]) {
          const results = decoders.map((decoder) => {
            decoder.input.set(chunk.subarray(0, chunkSize));
            decoder.input[chunk.length >>> 1]! ^= mask;
            const result = decoder.decode(compression, chunkSize, 0, Math.min(chunk.length, chunkSize), 0, size);
            return { ...result, content: result.problem === null ? decoder.output.slice(0, size) : null };
          });
          expect(results[1]).toEqual(results[0]);
          if (mask === 0) expect(results[0]).toMatchObject({ problem: null });
        }
      }
    }
  });
});
