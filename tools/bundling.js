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
