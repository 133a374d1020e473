// The program inside the executables: modules that are loaded as they are needed, as in dist/bundle. As one script it
// took more than three times as long to start as Node itself, because all of it is parsed before its first line runs.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, transform } from "esbuild";
import { commandModules, commonOptions, root, source, withCommandsApart, withVersion } from "../bundling.js";
import { packagesOf } from "../licences.js";

const commands = [...commandModules, "supervised"];

const firstLines = readFileSync(join(root, "tools", "executable-main.cjs"), "utf8");
const main = `${firstLines}
void load("start.cjs").startExecutable();
`;
const threadMain = `${firstLines}
const { parentPort, workerData } = require("node:worker_threads");
void load("threads-serve.js").serveThread(parentPort, workerData);
`;

/** Modules that name a file to start from, and what stands in their place, as there is no file in an executable. */
const places = {
  "src/threads/own-entry.ts": `export const ownEntry = ${JSON.stringify(threadMain)};`,
  "src/cli/supervised-place.ts": 'export const supervisedPlace = "supervised";',
};

const withoutFiles = {
  name: "without-files",
  setup(building) {
    withVersion(building);
    withCommandsApart(building, commands);
    for (const [path, contents] of Object.entries(places)) {
      const filter = new RegExp(`${path.replaceAll("/", String.raw`[\\/]`).replace(".", String.raw`\.`)}$`);
      building.onLoad({ filter }, () => ({ contents }));
    }
  },
};

const options = {
  ...commonOptions,
  plugins: [withoutFiles],
  // No module starts a file of its own; but names of such files are made, on Windows from a drive on.
  define: { "import.meta.url": '"file:///C:/win7usb/program.cjs"' },
  write: false,
  metafile: true,
};
/** Node's own `import()` is of files: what an executable has inside is required. */
const required = { format: "cjs", supported: { "dynamic-import": false } };

/**
 * `{ main, modules, packages }`: the script that starts, the modules that it loads as text by name, and the packages
 * that are in them, each `{ name, version, license, text }`.
 */
export async function bundleProgram() {
  const start = await build({
    ...options,
    ...required,
    entryPoints: [join(source, "cli/executable.ts")],
    outfile: join(root, "start.cjs"),
  });
  const apart = await build({
    ...options,
    entryPoints: [
      ...commands.map((name) => ({ in: join(source, "cli", `${name}.ts`), out: `cli-${name}` })),
      { in: join(source, "threads/serve.ts"), out: "threads-serve" },
    ],
    format: "esm",
    splitting: true,
    outdir: join(root, "program"),
  });
  const inputs = [start, apart].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const missed = Object.keys(places).filter((path) => !inputs.includes(path));
  if (missed.length > 0) throw new Error(`no module of the program is ${missed.join(", ")}`);
  const modules = { "start.cjs": start.outputFiles[0].text };
  for (const { path, text } of apart.outputFiles) {
    const { platform, target, minifySyntax, minifyWhitespace, logLevel } = options;
    const how = { ...required, platform, target, minifySyntax, minifyWhitespace, logLevel };
    modules[basename(path)] = (await transform(text, how)).code;
  }
  return { main, modules, packages: packagesOf(inputs) };
}
