/**
 * Compiles the C sources beside this file to WebAssembly with Debian 12's clang and lld and writes the bytes to
 * ../decoders-wasm.ts (`npm run wim-decoders`). The bytes are committed, so that win7usb itself needs no compiler. With
 * `--print` it writes to stdout instead. Other versions of clang work too but give other bytes; the version that was used is
 * kept beside them, so that the test compares only what can be equal.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const sources = ["memory.c", "lzx.c", "xpress.c"];
/** No SIMD, no bulk memory: the decoders gain nothing, and old processors lack what Node needs for the former. */
const options = ["--target=wasm32", "-mcpu=mvp", "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror"];
const freestanding = ["-nostdlib", "-ffreestanding", "-fno-builtin", "-fno-ident"];
/** The stack lies below the static data, so that an overflow traps instead of overwriting it. */
const linking = ["--no-entry", "--stack-first", "-z", "stack-size=16384", "--strip-all"];

/** The version of the clang that is installed, such as `14.0.6`. @returns {string} */
export function compilerVersion() {
  const text = execFileSync("clang", ["--version"], { encoding: "utf8" });
  return /clang version (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? "unknown";
}

/** The module's bytes. @returns {Uint8Array} */
function compileDecoders() {
  const directory = mkdtempSync(join(tmpdir(), "win7usb-wasm-"));
  try {
    const output = join(directory, "decoders.wasm");
    const linker = linking.flatMap((option) => ["-Xlinker", option]);
    execFileSync("clang", [...options, ...freestanding, ...linker, ...sources, "-o", output], { cwd: here });
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The text of the module that carries the bytes. @param {Uint8Array} bytes @param {string} version @returns {string} */
export function moduleText(bytes, version) {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,112}/g);
  const header = "/** Generated from decoders/*.c by `npm run wim-decoders`; do not edit. */";
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  return `${header}\nexport const compilerVersion = "${version}";\nexport const decodersWasm =\n${text};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = moduleText(compileDecoders(), compilerVersion());
  if (process.argv.includes("--print")) process.stdout.write(text);
  else writeFileSync(join(here, "..", "decoders-wasm.ts"), text);
}
