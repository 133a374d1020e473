// The whole program as one script, and the packages that it is made of.
import { join } from "node:path";
import { build } from "esbuild";
import { commonOptions, root, source, withVersion } from "../bundling.js";
import { packagesOf } from "../licences.js";

/** `{ text, packages }`: the script, and the packages whose modules are in it, each `{ name, version, license, text }`. */
export async function bundleProgram() {
  const { outputFiles, metafile } = await build({
    ...commonOptions,
    entryPoints: [join(source, "cli/executable.ts")],
    outfile: join(root, "program.cjs"),
    format: "cjs",
    // No module of the script starts a file of its own; but names of such files are made, on Windows from a drive on.
    define: { "import.meta.url": '"file:///C:/win7usb/program.cjs"' },
    plugins: [{ name: "version", setup: withVersion }],
    write: false,
    metafile: true,
  });
  return { text: outputFiles[0].text, packages: packagesOf(Object.keys(metafile.inputs)) };
}
