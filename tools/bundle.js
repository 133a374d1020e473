// Bundles the command line into dist/bundle: a program of a few files starts in half the time of one of two hundred. The
// library in dist/ stays as tsc writes it. `start.cjs` reads the command line. What ends at once (`soon`) is a script of its
// own for each command, which bin/load-script.js keeps compiled; the other commands, the process that writes and the threads
// are ES modules with common chunks. Plain JavaScript, because it runs in the build.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { commandModules, commonOptions, root, source, withCommandsApart, withVersion } from "./bundling.js";
import { licences, packagesOf } from "./licences.js";

const dist = join(root, "dist");
const outdir = join(dist, "bundle");
/** A process or a thread is started from a file that its source names like this. */
const ownFile = /new URL\("(\.[^"]+)\.js", import\.meta\.url\)/g;

/** `src/threads/entry.ts` becomes `threads-entry.js`: all files lie side by side, so that chunks may move. */
const nameOf = (path) => relative(source, path).replaceAll(/[\\/]/g, "-").replace(/\.ts$/, "");
const startedFrom = (path) =>
  [...readFileSync(path, "utf8").matchAll(ownFile)].map(([, file]) => resolve(dirname(path), `${file}.ts`));

const sources = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(source, name));
const commands = commandModules.map((name) => join(source, "cli", `${name}.ts`));
const entries = [...commands, ...sources.flatMap(startedFrom)];
/** Commands whose start is most of what they take. */
const soon = ["inspect", "drives"];

const places = {
  name: "places",
  setup(building) {
    const { onLoad } = building;
    withVersion(building);
    // From the CommonJS module to the others.
    withCommandsApart(building, commandModules);
    onLoad({ filter: /[\\/]src[\\/]licences\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replace("./licences.txt", "../licences.txt"),
    }));
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: readFileSync(path, "utf8").replaceAll(ownFile, (_, file) => {
        return `new URL("./${nameOf(resolve(dirname(path), `${file}.ts`))}.js", import.meta.url)`;
      }),
    }));
  },
};

const common = { ...commonOptions, plugins: [places] };
rmSync(outdir, { recursive: true, force: true });
const { outputFiles } = await build({
  ...common,
  entryPoints: [join(source, "cli/start.ts")],
  format: "cjs",
  outfile: join(outdir, "start.cjs"),
  write: false,
});
// A script that was compiled before has no import(): bin/load-script.js gives it one.
mkdirSync(outdir, { recursive: true });
writeFileSync(join(outdir, "start.cjs"), outputFiles[0].text.replaceAll(/(?<!\$)\bimport\((?=")/g, "$import("));
const { metafile } = await build({
  ...common,
  metafile: true,
  entryPoints: entries.map((path) => ({ in: path, out: nameOf(path) })),
  format: "esm",
  splitting: true,
  outdir,
  // Dependencies that are CommonJS modules require Node's own.
  banner: { js: 'import{createRequire as $create}from"node:module";const require=$create(import.meta.url);' },
});
for (const command of soon) {
  const others = {
    name: "others",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/commands\// }, ({ path }) =>
        path === `./commands/${command}.js` ? undefined : { path, external: true },
      );
    },
  };
  await build({
    ...common,
    plugins: [others, ...common.plugins],
    entryPoints: [join(source, "cli/run.ts")],
    format: "cjs",
    outfile: join(outdir, `run-${command}.cjs`),
    define: { "import.meta.url": "$url" },
    // A script that is compiled by itself has no import() of its own, and needs none.
    supported: { "dynamic-import": false },
    banner: { js: 'const $url=require("node:url").pathToFileURL(__filename).href;' },
  });
}
writeFileSync(join(dist, "licences.txt"), licences(packagesOf(Object.keys(metafile.inputs))));
