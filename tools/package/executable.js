// A platform's executable: Node's binary with the program in it (Node's single executable applications).
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "postject";
import { fetchNode, ownPlatform } from "./node-builds.js";

/** By which Node knows that something was put into it; given by its documentation. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

export const executableName = (platform) => `win7usb-${platform}${platform.startsWith("win-") ? ".exe" : ""}`;

/**
 * The first script and its assets (text by name) as the one blob that Node reads. No code cache and no snapshot: those are
 * of one processor, and this one blob goes into every platform's binary.
 */
export function makeBlob(main, assets, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Node keeps the path of the first script in the blob: one that is the same wherever this is built.
  writeFileSync(join(folder, "main.cjs"), main);
  for (const [name, text] of Object.entries(assets)) writeFileSync(join(folder, name), text);
  const configuration = {
    main: "main.cjs",
    output: "blob",
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    assets: Object.fromEntries(Object.keys(assets).map((name) => [name, name])),
  };
  writeFileSync(join(folder, "sea-config.json"), JSON.stringify(configuration));
  const { binary } = fetchNode(ownPlatform());
  execFileSync(binary, ["--experimental-sea-config", "sea-config.json"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return readFileSync(join(folder, configuration.output));
}

/** Writes the platform's executable into `folder`; its path. */
export async function makeExecutable(platform, blob, folder) {
  const target = join(folder, executableName(platform));
  // A new file, not a copy: the package's own dates and rights are not what is handed out.
  writeFileSync(target, readFileSync(fetchNode(platform).binary), { mode: 0o755 });
  const isMac = platform.startsWith("macos-");
  await inject(target, "NODE_SEA_BLOB", blob, {
    sentinelFuse: fuse,
    ...(isMac && { machoSegmentName: "NODE_SEA" }),
  });
  if (isMac && process.platform === "darwin") execFileSync("codesign", ["--force", "--sign", "-", target]);
  return target;
}
