// What the bundles of the command line have in common: dist/bundle (tools/bundle.js) and the script inside the
// executables (tools/package). Plain JavaScript, because it runs in the build.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
export const source = join(root, "src");

/** In a bundle there is no package.json beside the module that reads its version. */
export function withVersion({ onLoad }) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  onLoad({ filter: /[\\/]src[\\/]version\.ts$/ }, () => ({
    contents: `export const packageVersion = ${JSON.stringify(version)};`,
  }));
}

/** What src/cli/start.ts loads of src/cli once the command line is read. */
export const commandModules = ["run", "supervise", "ask", "waiting"];

/**
 * Leaves modules of src/cli to bundles of their own: `run` becomes `./cli-run.js`, so that help, the version and a wrong
 * word do not wait for what they do not need.
 */
export function withCommandsApart({ onResolve }, names) {
  onResolve({ filter: new RegExp(String.raw`^\./(?:${names.join("|")})\.js$`) }, ({ path, resolveDir, kind }) => {
    const isLeft = kind === "dynamic-import" && resolveDir === join(source, "cli");
    return isLeft ? { path: path.replace("./", "./cli-"), external: true } : undefined;
  });
}

export const commonOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "inline",
  external: ["drivelist"],
  logLevel: "warning",
};
